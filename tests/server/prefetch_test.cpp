// SPDX-License-Identifier: LGPL-2.1-or-later
// What is fetched ahead, and what the disk has room for: the pure halves.
#include "api/prefetch.hpp"

#include "api/room.hpp"

#include <gtest/gtest.h>

namespace {

swarm::Layout layout(std::vector<std::pair<std::string, std::int64_t>> const& files) {
  std::vector<swarm::File> made;
  std::int64_t offset = 0;
  for (auto const& [path, size] : files) {
    swarm::File file;
    file.path = path;
    file.offset = offset;
    file.size = size;
    made.push_back(file);
    offset += size;
  }
  return {made, 16384};
}

TEST(NaturalOrder, CountsAsPeopleDo) {
  EXPECT_TRUE(api::natural_less("Episode 2.mkv", "episode 10.mkv"));
  EXPECT_FALSE(api::natural_less("episode 10.mkv", "Episode 2.mkv"));
  EXPECT_TRUE(api::natural_less("S01E09", "S01E10"));
  EXPECT_TRUE(api::natural_less("S01E99", "S02E01"));
  EXPECT_TRUE(api::natural_less("e007", "e8"));
  EXPECT_FALSE(api::natural_less("e08", "e8"));
  EXPECT_FALSE(api::natural_less("e8", "e08"));
  EXPECT_TRUE(api::natural_less("99999999999999999999998", "99999999999999999999999"));
  EXPECT_TRUE(api::natural_less("a", "ab"));
  EXPECT_FALSE(api::natural_less("", ""));
}

TEST(NextPart, FollowsInTheOrderOfNames) {
  auto const pack = layout({{"show/e10.mkv", 1000},
                            {"show/e2.mkv", 1000},
                            {"show/e1.mkv", 1000},
                            {"show/e1.srt", 10},
                            {"show/e1 sample.mkv", 20},
                            {"show/readme.txt", 1}});
  EXPECT_EQ(api::next_part(pack, 2), 1);
  EXPECT_EQ(api::next_part(pack, 1), 0);
  EXPECT_EQ(api::next_part(pack, 0), std::nullopt) << "the last";
  EXPECT_EQ(api::next_part(pack, 3), std::nullopt) << "no film";
}

TEST(NextPart, OfTheSameKind) {
  auto const album = layout({{"1.flac", 100}, {"2.mkv", 1000}, {"3.flac", 90}});
  EXPECT_EQ(api::next_part(album, 0), 2);
  EXPECT_EQ(api::next_part(album, 1), std::nullopt);
}

TEST(NearlySeen, AtFourFifths) {
  EXPECT_FALSE(api::nearly_seen(799, 1000));
  EXPECT_TRUE(api::nearly_seen(800, 1000));
  EXPECT_TRUE(api::nearly_seen(0, 0));
}

TEST(Room, ATwentiethStaysFree) {
  EXPECT_TRUE(api::fits(50, 100, 1000, 0));
  EXPECT_FALSE(api::fits(51, 100, 1000, 0));
  EXPECT_TRUE(api::fits(51, 100, 1000, 1));
  EXPECT_FALSE(api::fits(1, 0, 1000, 0));
}

}  // namespace
