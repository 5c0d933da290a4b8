// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cache/populated_folder.hpp"

#include "support/eventually.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>

#include <condition_variable>
#include <fcntl.h>
#include <mutex>

namespace {

/// The folder of a network whose server has gone.
struct {
  std::mutex mutex;
  std::condition_variable changed;
  std::string hung;  ///< a path
} disk;

}  // namespace

// Stands in for the C library's.
extern "C" int stat(char const* path, struct stat* at) {
  {
    std::unique_lock lock(disk.mutex);
    disk.changed.wait(lock, [&] { return disk.hung != path; });
  }
  return fstatat(AT_FDCWD, path, at, 0);
}

namespace {

using namespace std::chrono_literals;
using cache::PopulatedFolder;

std::string const v1(40, 'a');

void hang(std::string path) {
  std::lock_guard lock(disk.mutex);
  disk.hung = std::move(path);
  disk.changed.notify_all();
}

TEST(PopulatedFolder, TellsWhatIsThere) {
  support::TempDir folder;
  support::write_file(folder / (v1 + ".mkv"), "film");
  support::write_file(folder / (v1 + ".txt"), "no film");
  support::write_file(folder / (std::string(40, 'b') + ".mkv"), "another");
  std::filesystem::create_symlink("/etc/hostname", folder / ("link " + v1 + ".mkv"));
  PopulatedFolder populated(folder.path());
  auto const one = populated.look({v1}, 10s);
  ASSERT_TRUE(one);
  ASSERT_EQ(one->size(), 1u);
  EXPECT_EQ(one->at(0).info_hash, v1);
  EXPECT_EQ(one->at(0).name, v1 + ".mkv");
  EXPECT_EQ(one->at(0).at.st_size, 4);
  EXPECT_EQ(populated.look({}, 10s)->size(), 2u);
}

TEST(PopulatedFolder, WhichDoesNotAnswerIsNotWaitedForTwice) {
  support::TempDir folder;
  support::write_file(folder / (v1 + ".mkv"), "film");
  PopulatedFolder populated(folder.path());
  ASSERT_TRUE(populated.look({v1}, 10s));
  hang(folder.path());
  EXPECT_FALSE(populated.look({v1}, 20ms));
  EXPECT_FALSE(populated.look({v1}, 24h)) << "at once";
  hang("");
  EXPECT_TRUE(support::eventually([&] { return populated.look({v1}, 10s).has_value(); }));
}

TEST(PopulatedFolder, WhichDoesNotAnswerMayBeLeft) {
  support::TempDir folder;
  hang(folder.path());
  EXPECT_FALSE(PopulatedFolder(folder.path()).look({v1}, 20ms));
  hang("");
}

}  // namespace
