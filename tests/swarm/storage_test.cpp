// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/temp_dir.hpp"
#include "swarm/error.hpp"
#include "swarm/file_storage.hpp"
#include "swarm/ram_storage.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using support::TempDir;
using swarm::File;
using swarm::FileStorage;
using swarm::Layout;
using swarm::Storage;

Layout three_files() {
  // pieces of 100 bytes; the second file is padding, the fourth is empty
  return Layout(
      {{"t/a", 0, 150, false}, {".pad/50", 150, 50, true}, {"t/b/c", 200, 120, false}, {"t/empty", 320, 0, false}},
      100);
}

std::string bytes(std::size_t size, char first) {
  std::string s(size, '\0');
  for (std::size_t i = 0; i < size; ++i) s[i] = static_cast<char>(first + i % 20);
  return s;
}

// ---- what any storage keeps to ----

constexpr std::int64_t block = swarm::block_bytes;

/// Pieces of two blocks; a film between two small files, padding, an odd end.
Layout blocks() {
  return Layout({{"t/a", 0, 100, false},
                 {"t/film", 100, 3 * block, false},
                 {".pad", 100 + 3 * block, block - 100, true},
                 {"t/z", 4 * block, 77, false}},
                2 * block);
}

template <class Kind>
struct Contract : testing::Test {
  TempDir dir;
  std::unique_ptr<Storage> storage = make(static_cast<Kind*>(nullptr));
  std::unique_ptr<Storage> make(FileStorage*) { return std::make_unique<FileStorage>(dir / "x", blocks()); }
  std::unique_ptr<Storage> make(swarm::RamStorage*) { return std::make_unique<swarm::RamStorage>(blocks()); }
  std::string read(int piece, std::int64_t start, std::size_t size) {
    std::string into(size, '?');
    EXPECT_FALSE(storage->read(piece, start, into)) << piece << ' ' << start;
    return into;
  }
};
using Kinds = testing::Types<FileStorage, swarm::RamStorage>;
TYPED_TEST_SUITE(Contract, Kinds);

TYPED_TEST(Contract, BlocksAreReadAsTheyWereWritten) {
  EXPECT_FALSE(this->storage->any_file());
  EXPECT_FALSE(this->storage->make_empty_files());
  auto const first = bytes(block, 'a'), second = bytes(block, 'e');
  EXPECT_FALSE(this->storage->write(0, block, second));
  EXPECT_EQ(this->read(0, block, block), second);
  EXPECT_FALSE(this->storage->write(0, 0, first));
  EXPECT_EQ(this->read(0, 0, 2 * block), first + second);
  EXPECT_EQ(this->read(0, block - 3, 6), first.substr(block - 3) + second.substr(0, 3));
  std::string film(1000, '?');
  EXPECT_FALSE(this->storage->read_file(1, block - 500, film));
  EXPECT_EQ(film, (first + second).substr(block - 400, 1000));
}

TYPED_TEST(Contract, FilesAcrossPiecesAndPadding) {
  for (int piece = 0; piece < 2; ++piece)
    for (int n = 0; n < 2; ++n)
      EXPECT_FALSE(this->storage->write(piece, n * block, bytes(block, static_cast<char>('a' + 2 * piece + n))));
  EXPECT_FALSE(this->storage->write(2, 0, bytes(77, 'z')));
  std::string film(3 * block, '?');
  EXPECT_FALSE(this->storage->read_file(1, 0, film));
  EXPECT_EQ(film,
            (bytes(block, 'a') + bytes(block, 'b') + bytes(block, 'c') + bytes(block, 'd')).substr(100, 3 * block));
  EXPECT_EQ(this->read(1, block + 100, block - 100), std::string(block - 100, '\0'));
  EXPECT_EQ(this->read(2, 70, 7), bytes(77, 'z').substr(70));
}

TYPED_TEST(Contract, WhatIsNotThereIsTooShort) {
  std::string into(10, '?');
  EXPECT_EQ(this->storage->read(0, 0, into).code, Storage::too_short());
  EXPECT_FALSE(this->storage->write(1, 0, bytes(block, 'a')));
  EXPECT_EQ(this->storage->read_file(1, 3 * block - 10, into).code, Storage::too_short());
  EXPECT_EQ(this->storage->read_file(3, 70, into).code, Storage::too_short()) << "beyond the end";
  EXPECT_FALSE(this->storage->remove_files());
  EXPECT_EQ(this->storage->read(1, 0, into).code, Storage::too_short());
}

TEST(RamStorage, GivesPiecesUp) {
  swarm::RamStorage storage(blocks());
  EXPECT_FALSE(storage.write(0, 0, bytes(block, 'a')));
  EXPECT_FALSE(storage.write(2, 0, bytes(77, 'b')));
  EXPECT_EQ(storage.held(), (std::vector<int>{0, 2}));
  storage.drop(0);
  std::string into(10, '?');
  EXPECT_EQ(storage.read(0, 0, into).code, Storage::too_short());
  EXPECT_EQ(storage.held(), (std::vector<int>{2}));
  std::string second(10, '?');
  EXPECT_FALSE(storage.write(0, block, bytes(block, 'c')));
  EXPECT_EQ(storage.read(0, 0, second).code, Storage::too_short()) << "the other block was given up, too";
}

// ---- files ----

TEST(Storage, WritesAcrossFilesAndReadsBack) {
  TempDir dir;
  FileStorage storage(dir / "x", three_files());
  EXPECT_FALSE(storage.any_file());
  for (int piece = 0; piece < 4; ++piece) {
    auto const data =
        bytes(static_cast<std::size_t>(storage.layout().piece_size(piece)), static_cast<char>('a' + piece));
    EXPECT_FALSE(storage.write(piece, 0, data));
  }
  EXPECT_TRUE(storage.any_file());
  EXPECT_EQ(fs::file_size(dir / "x/t/a"), 150u);
  EXPECT_EQ(fs::file_size(dir / "x/t/b/c"), 120u);
  EXPECT_FALSE(fs::exists(dir / "x/.pad"));
  std::string back(100, '?');
  EXPECT_FALSE(storage.read(1, 0, back));
  EXPECT_EQ(back, bytes(50, 'b') + std::string(50, '\0'));  // padding reads as zeros
  std::string part(20, '?');
  EXPECT_FALSE(storage.read_file(2, 90, part));
  EXPECT_EQ(part, bytes(100, 'c').substr(90, 10) + bytes(20, 'd').substr(0, 10));
}

TEST(Storage, WhatIsNotThereIsTooShort) {
  TempDir dir;
  FileStorage storage(dir / "x", three_files());
  std::string into(10, '?');
  EXPECT_EQ(storage.read(0, 0, into).code, Storage::too_short());
  EXPECT_FALSE(storage.write(0, 0, bytes(50, 'a')));
  EXPECT_EQ(storage.read(0, 45, into).code, Storage::too_short());
  EXPECT_EQ(storage.read(0, 45, into).file, 0);
}

TEST(Storage, NoNameLeavesTheFolder) {
  for (std::string const& path :
       std::vector<std::string>{"../a", "/a", "t/../../a", "t/./a", "", "..", std::string("a\0b", 3)})
    EXPECT_THROW(FileStorage("x", Layout({{path, 0, 10, false}}, 10)), swarm::Error) << path;
}

TEST(Storage, ALinkInTheWayIsNotFollowed) {
  TempDir dir;
  support::write_file(dir / "secret", "secret");
  fs::create_directories(dir / "x/t");
  fs::create_symlink(dir / "secret", dir / "x/t/a");
  FileStorage storage(dir / "x", three_files());
  EXPECT_TRUE(storage.write(0, 0, bytes(10, 'a')));
  std::string into(4, '?');
  EXPECT_TRUE(storage.read(0, 0, into));
  EXPECT_EQ(support::read_file(dir / "secret"), "secret");
}

TEST(Storage, RemovesItsOwnFilesOnly) {
  TempDir dir;
  FileStorage storage(dir / "x", three_files());
  EXPECT_FALSE(storage.write(0, 0, bytes(100, 'a')));
  EXPECT_FALSE(storage.write(2, 0, bytes(100, 'a')));
  EXPECT_FALSE(storage.make_empty_files());
  EXPECT_TRUE(fs::exists(dir / "x/t/empty"));
  support::write_file(dir / "x/t/mine", "kept");
  EXPECT_FALSE(storage.remove_files());
  EXPECT_EQ(support::read_file(dir / "x/t/mine"), "kept");
  EXPECT_FALSE(fs::exists(dir / "x/t/b"));
  fs::remove(dir / "x/t/mine");
  EXPECT_FALSE(storage.remove_files());
  EXPECT_FALSE(fs::exists(dir / "x"));
}

TEST(Storage, MovesAndRenames) {
  TempDir dir;
  FileStorage storage(dir / "x", three_files());
  EXPECT_FALSE(storage.write(0, 0, bytes(100, 'a')));
  EXPECT_FALSE(storage.move(dir / "deeper/y"));
  EXPECT_EQ(storage.path(0), dir / "deeper/y/t/a");
  EXPECT_EQ(fs::file_size(dir / "deeper/y/t/a"), 100u);
  EXPECT_FALSE(storage.rename(0, "t/new name"));
  std::string into(100, '?');
  EXPECT_FALSE(storage.read(0, 0, into));
  EXPECT_EQ(into, bytes(100, 'a'));
  EXPECT_TRUE(storage.rename(0, "../out"));
}

}  // namespace
