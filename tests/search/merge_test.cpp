// SPDX-License-Identifier: LGPL-2.1-or-later
#include "search/merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace search;
using testing::ElementsAre;

Hit hit(char digit, std::string name, std::optional<std::int64_t> seeders, std::optional<Category> category = {}) {
  Hit made{.hash = *swarm::InfoHash::parse(std::string(40, digit)), .name = std::move(name)};
  made.seeders = seeders;
  made.category = category;
  return made;
}

std::vector<std::string> names(std::vector<Hit> const& hits) {
  std::vector<std::string> all;
  for (auto const& one : hits) all.push_back(one.name);
  return all;
}

TEST(Merged, OneOfEachHash) {
  Merged merged(Category::all);
  auto more = hit('a', "A of b", 30);
  more.size = 7;
  more.trackers = {"udp://b.example:1/announce"};
  EXPECT_EQ(merged.add("a", {hit('a', "A", 20), hit('b', "B", 25), hit('c', "C", {})}), 3);
  EXPECT_EQ(merged.add("b", {more, hit('a', "A again", 1)}), 2);
  auto const sorted = merged.sorted(50);
  EXPECT_THAT(names(sorted), ElementsAre("A", "B", "C"));
  EXPECT_EQ(sorted[0].seeders, 30);
  EXPECT_EQ(sorted[0].size, 7);
  EXPECT_THAT(sorted[0].providers, ElementsAre("a", "b"));
  EXPECT_THAT(sorted[0].trackers, ElementsAre("udp://b.example:1/announce"));
  EXPECT_THAT(names(merged.sorted(1)), ElementsAre("A"));
}

TEST(Merged, WhatIsHereComesFirst) {
  Merged merged(Category::all);
  auto here = hit('c', "here", {});
  here.here = true;
  merged.add("a", {hit('a', "many", 1000)});
  merged.add("library", {here});
  EXPECT_THAT(names(merged.sorted(50)), ElementsAre("here", "many"));
}

TEST(Merged, OnlyWhatFits) {
  auto const count = [](Category wanted) {
    Merged merged(wanted);
    return merged.add("a", {hit('1', "film", 1, Category::movies), hit('2', "series", 1, Category::tv),
                            hit('3', "clip", 1, Category::video), hit('4', "song", 1, Category::audio),
                            hit('5', "other", 1, Category::other), hit('6', "unknown", 1)});
  };
  EXPECT_EQ(count(Category::all), 6);
  EXPECT_EQ(count(Category::video), 4);
  EXPECT_EQ(count(Category::movies), 3);
  EXPECT_EQ(count(Category::audio), 2);
}

TEST(Merged, AThousandOfAProvider) {
  std::vector<Hit> many;
  for (int i = 0; i < 3000; ++i) {
    auto one = hit('a', "x", i);
    (*one.hash.v1)[0] = static_cast<std::uint8_t>(i >> 8);
    (*one.hash.v1)[1] = static_cast<std::uint8_t>(i);
    many.push_back(one);
  }
  Merged merged(Category::all);
  EXPECT_EQ(merged.add("a", many), 1000);
}

TEST(Named, AllWordsAndMostSeeders) {
  Merged merged(Category::all);
  merged.add("a",
             {hit('a', "Big Buck Bunny Soundtrack collection of everything", 900), hit('b', "Big.Buck.Bunny.2008", 50),
              hit('c', "Big.Buck.Bunny.2008.4K", 70), hit('d', "Bigger Buck Bunny 2008", 5000)});
  auto const sorted = merged.sorted(500);
  ASSERT_TRUE(best_named(sorted, "big buck bunny 2008"));
  EXPECT_EQ(best_named(sorted, "big buck bunny 2008")->name, "Big.Buck.Bunny.2008.4K");
  EXPECT_EQ(best_named(sorted, "big buck bunny 2009"), nullptr);
}

}  // namespace
