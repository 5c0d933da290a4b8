// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/storage.hpp"

#include "support/temp_dir.hpp"
#include "swarm/error.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace {

namespace fs = std::filesystem;
using support::TempDir;
using swarm::File;
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

TEST(Storage, WritesAcrossFilesAndReadsBack) {
  TempDir dir;
  Storage storage(dir / "x", three_files());
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
  Storage storage(dir / "x", three_files());
  std::string into(10, '?');
  EXPECT_EQ(storage.read(0, 0, into).code, Storage::too_short());
  EXPECT_FALSE(storage.write(0, 0, bytes(50, 'a')));
  EXPECT_EQ(storage.read(0, 45, into).code, Storage::too_short());
  EXPECT_EQ(storage.read(0, 45, into).file, 0);
}

TEST(Storage, NoNameLeavesTheFolder) {
  for (std::string const& path :
       std::vector<std::string>{"../a", "/a", "t/../../a", "t/./a", "", "..", std::string("a\0b", 3)})
    EXPECT_THROW(Storage("x", Layout({{path, 0, 10, false}}, 10)), swarm::Error) << path;
}

TEST(Storage, ALinkInTheWayIsNotFollowed) {
  TempDir dir;
  support::write_file(dir / "secret", "secret");
  fs::create_directories(dir / "x/t");
  fs::create_symlink(dir / "secret", dir / "x/t/a");
  Storage storage(dir / "x", three_files());
  EXPECT_TRUE(storage.write(0, 0, bytes(10, 'a')));
  std::string into(4, '?');
  EXPECT_TRUE(storage.read(0, 0, into));
  EXPECT_EQ(support::read_file(dir / "secret"), "secret");
}

TEST(Storage, RemovesItsOwnFilesOnly) {
  TempDir dir;
  Storage storage(dir / "x", three_files());
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
  Storage storage(dir / "x", three_files());
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
