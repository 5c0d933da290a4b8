// SPDX-License-Identifier: LGPL-2.1-or-later
// Segments on disk: what was kept comes back as it was, or not at all.
#include "hls/segment_folder.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace {

using hls::Bytes;
using hls::SegmentFolder;
namespace fs = std::filesystem;

Bytes some(std::uint8_t value) { return Bytes(1000, value); }

class SegmentFolderTest : public testing::Test {
 protected:
  std::unique_ptr<SegmentFolder> opened(std::string const& maker = "2-1", std::int64_t most = 100'000) {
    auto folder = std::make_unique<SegmentFolder>(dir_.str(), maker, most);
    folder->open();
    return folder;
  }
  [[nodiscard]] std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    for (auto const& entry : fs::recursive_directory_iterator(dir_.path()))
      if (entry.is_regular_file()) found.push_back(entry.path());
    return found;
  }

  support::TempDir dir_;
  std::string const key_ = "abc/0/ts.6/v0-a1/17.ts";
};

TEST_F(SegmentFolderTest, SurvivesARestart) {
  opened()->put(key_, some(7));
  auto const again = opened();
  EXPECT_TRUE(again->has(key_));
  ASSERT_NE(again->find(key_), nullptr);
  EXPECT_EQ(*again->find(key_), some(7));
  EXPECT_EQ(again->find("abc/0/ts.6/v0-a1/18.ts"), nullptr);
}

TEST_F(SegmentFolderTest, ATornFileIsNotThere) {
  opened()->put(key_, some(7));
  ASSERT_EQ(files().size(), 1U);
  auto const file = files().front();
  auto const whole = support::read_file(file);
  auto changed = whole;
  changed[500] ^= 1;
  for (auto const& torn : {whole.substr(0, 600), std::string(), std::string(whole.size(), '\0'), changed}) {
    support::write_file(file, torn);
    auto const folder = opened();
    EXPECT_EQ(folder->find(key_), nullptr);
    EXPECT_FALSE(folder->has(key_));
    EXPECT_TRUE(files().empty()) << "nor takes it room";
    folder->put(key_, some(7));
    EXPECT_EQ(*folder->find(key_), some(7));
  }
  support::write_file(file.string() + ".9.part", "half");
  (void)opened();
  EXPECT_EQ(files().size(), 1U) << "what was being written is swept up";
}

TEST_F(SegmentFolderTest, TheOneNotUsedForLongestGoes) {
  auto const folder = opened("2-1", 3500);
  folder->put("a/1", some(1));
  folder->put("a/2", some(2));
  folder->put("a/3", some(3));
  ASSERT_NE(folder->find("a/1"), nullptr);
  folder->put("a/4", some(4));
  EXPECT_FALSE(folder->has("a/2"));
  EXPECT_TRUE(folder->has("a/1"));
  EXPECT_EQ(files().size(), 3U);
  folder->put("a/5", Bytes(4000));
  EXPECT_FALSE(folder->has("a/5")) << "larger than all";
}

TEST_F(SegmentFolderTest, RemembersWhatWasUsedLast) {
  opened()->put("a/1", some(1));
  opened()->put("a/2", some(2));
  for (auto const& file : files())  // a day ago, whatever the clock's steps are
    fs::last_write_time(file, fs::last_write_time(file) - std::chrono::hours(file.filename() == "1" ? 48 : 24));
  ASSERT_NE(opened()->find("a/1"), nullptr);
  auto const smaller = opened("2-1", 1100);
  EXPECT_TRUE(smaller->has("a/1"));
  EXPECT_FALSE(smaller->has("a/2"));
}

TEST_F(SegmentFolderTest, WhatAnotherVersionMadeIsGone) {
  opened("2-1")->put(key_, some(7));
  auto const newer = opened("2-2");
  EXPECT_FALSE(newer->has(key_));
  EXPECT_TRUE(files().empty());
}

TEST_F(SegmentFolderTest, LeavesOtherFilesAlone) {
  support::write_file(dir_ / "film.mkv", "film");
  (void)opened();
  EXPECT_EQ(files().size(), 1U);
}

TEST_F(SegmentFolderTest, Forgets) {
  auto const folder = opened();
  folder->put(key_, some(7));
  folder->put("abcd/0/ts.6/v0/1.ts", some(8));
  folder->forget("abc");
  EXPECT_EQ(folder->find(key_), nullptr);
  EXPECT_TRUE(folder->has("abcd/0/ts.6/v0/1.ts"));
  EXPECT_EQ(files().size(), 1U);
}

TEST_F(SegmentFolderTest, KeepsNothingWithoutAPlace) {
  SegmentFolder none("", "2-1", 1000), empty(dir_.str(), "2-1", 0);
  for (auto* folder : {&none, &empty}) {
    folder->open();
    folder->put(key_, some(7));
    EXPECT_EQ(folder->find(key_), nullptr);
  }
  EXPECT_TRUE(files().empty());
}

}  // namespace
