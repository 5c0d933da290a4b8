// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/journal.hpp"

#include "support/temp_dir.hpp"
#include "swarm/file_storage.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace {

namespace fs = std::filesystem;
using swarm::FileStorage;
using swarm::Journal;

class JournalTest : public testing::Test {
 protected:
  /// Writes the piece and appends it.
  void finish(Journal& journal, int piece) {
    ASSERT_FALSE(storage.write(piece, 0, std::string(100, static_cast<char>('a' + piece))));
    journal.append(piece, storage.modified(piece));
  }
  std::vector<bool> have(std::initializer_list<int> pieces) {
    std::vector<bool> all(5);
    for (int p : pieces) all[static_cast<std::size_t>(p)] = true;
    return all;
  }

  support::TempDir dir;
  std::string path = dir / "journal";
  FileStorage storage{dir / "files", swarm::Layout({{"a", 0, 250, false}, {"b", 250, 250, false}}, 100)};
};

TEST_F(JournalTest, WhatWasAppendedIsThereAfterwards) {
  EXPECT_TRUE(Journal::load(path, storage).have.empty());
  EXPECT_FALSE(Journal::load(path, storage).doubtful);
  {
    Journal journal(path, true);
    finish(journal, 2);
    finish(journal, 0);
  }
  EXPECT_EQ(Journal::load(path, storage).have, have({0, 2}));
  {
    Journal journal(path, false);
    finish(journal, 1);
    journal.mark_synced();
  }
  auto const loaded = Journal::load(path, storage);
  EXPECT_EQ(loaded.have, have({0, 1, 2}));
  EXPECT_FALSE(loaded.doubtful);
  { Journal anew(path, true); }
  EXPECT_TRUE(Journal::load(path, storage).have.empty());
}

TEST_F(JournalTest, WhatWasErasedIsNotThere) {
  {
    Journal journal(path, true);
    for (int const piece : {0, 1, 2, 3, 4}) finish(journal, piece);
    journal.mark_synced();
    journal.erase({1, 3, 4});
    finish(journal, 3);
  }
  EXPECT_EQ(Journal::load(path, storage).have, have({0, 2, 3}));
  {
    Journal journal(path, false);
    journal.erase({3});
  }
  auto const loaded = Journal::load(path, storage, "another");
  EXPECT_EQ(loaded.have, have({0, 2}));
  EXPECT_FALSE(loaded.doubtful) << "what is not vouched for needs no sync";
}

TEST_F(JournalTest, ATornOneIsDoubted) {
  {
    Journal journal(path, true);
    finish(journal, 0);
    finish(journal, 1);
  }
  auto const size = fs::file_size(path);
  for (std::uintmax_t cut = 1; cut < 24; cut += 7) {
    fs::resize_file(path, size - cut);
    EXPECT_TRUE(Journal::load(path, storage).doubtful) << cut;
    EXPECT_TRUE(Journal::load(path, storage).have.empty()) << cut;
  }
}

TEST_F(JournalTest, EveryFlippedByteIsNoticed) {
  {
    Journal journal(path, true);
    finish(journal, 0);
    journal.mark_synced();
    finish(journal, 1);
  }
  auto const good = support::read_file(path);
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x20);
    support::write_file(path, bad);
    EXPECT_TRUE(Journal::load(path, storage).doubtful) << i;
  }
}

TEST_F(JournalTest, PiecesOfAnotherBootCountOnlyIfSynced) {
  {
    Journal journal(path, true);
    finish(journal, 0);
    journal.mark_synced();
  }
  EXPECT_EQ(Journal::load(path, storage, "another").have, have({0}));
  {
    Journal journal(path, false);
    finish(journal, 1);
  }
  EXPECT_EQ(Journal::load(path, storage).have, have({0, 1}));
  EXPECT_TRUE(Journal::load(path, storage, "another").doubtful);
}

TEST_F(JournalTest, FilesThatAreShorterOrOlderAreNotBelieved) {
  {
    Journal journal(path, true);
    finish(journal, 0);
    finish(journal, 4);
  }
  auto const now = fs::last_write_time(dir / "files/b");
  fs::last_write_time(dir / "files/b", now - std::chrono::hours(1));
  EXPECT_TRUE(Journal::load(path, storage).doubtful);
  fs::last_write_time(dir / "files/b", now + std::chrono::hours(1));
  EXPECT_FALSE(Journal::load(path, storage).doubtful);
  fs::resize_file(dir / "files/b", 249);
  EXPECT_TRUE(Journal::load(path, storage).doubtful);
  fs::remove(dir / "files/b");
  EXPECT_TRUE(Journal::load(path, storage).doubtful);
}

TEST_F(JournalTest, PiecesThatTheTorrentDoesNotHaveAreDoubted) {
  {
    Journal journal(path, true);
    journal.append(17, 0);
  }
  EXPECT_TRUE(Journal::load(path, storage).doubtful);
}

}  // namespace
