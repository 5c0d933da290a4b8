// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/ram_budget.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace swarm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t piece = 1 << 20;

Layout film(int pieces) { return {{{"film", 0, pieces * piece}}, piece}; }

TEST(RamBudget, WindowsShareIt) {
  RamBudget const budget(film(1000), 40 * piece);
  EXPECT_EQ(budget.fit({.hot = {5, 6}, .ahead = {{{5, 37}}}}).ahead, (std::vector<Stretch>{{{5, 35}}}));
  EXPECT_EQ(budget.fit({.ahead = {{{0, 32}}, {{500, 532}}}}).ahead, (std::vector<Stretch>{{{0, 15}}, {{500, 515}}}));
  EXPECT_FALSE(budget.fit({.ahead = {{{0, 4}}}, .keep = PieceRange{0, 1000}}).keep);
}

TEST(RamBudget, HasRoomForAFewPiecesHoweverSmall) {
  RamBudget const budget(film(1000), 1);
  auto const wants = budget.fit({.hot = {9, 10, 11, 12}, .ahead = {{{9, 41}}}});
  EXPECT_EQ(wants.ahead, (std::vector<Stretch>{{{9, 12}}}));
  EXPECT_EQ(wants.hot, (std::vector<Hot>{9, 10, 11})) << "what is hot has room, too";
}

TEST(RamBudget, TheFarthestGoFirst) {
  RamBudget const budget(film(1000), 8 * piece);
  auto const wants = budget.fit({.ahead = {{{100, 132}}}});
  EXPECT_EQ(wants.ahead, (std::vector<Stretch>{{{100, 106}}}));
  EXPECT_THAT(budget.surplus({98, 99, 100, 101}, {}, wants), IsEmpty());
  EXPECT_THAT(budget.surplus({98, 99, 100, 101}, {102, 7}, wants), ElementsAre(98)) << "7 has to become whole first";
  EXPECT_THAT(budget.surplus({3, 97, 98, 99, 100, 101, 400}, {}, wants), ElementsAre(400, 3, 97));
  EXPECT_THAT(budget.surplus({1, 2, 3, 4, 5, 6, 7, 8, 9}, {}, {}), ElementsAre(9));
}

TEST(RamBudget, WhatIsWantedAlwaysHasRoom) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    int const pieces = static_cast<int>(random() % 30 + 4);
    RamBudget const budget(film(1000), pieces * piece);
    Wants wants;
    for (auto n = random() % 4; n > 0; --n) {
      int const first = static_cast<int>(random() % 900);
      wants.ahead.push_back({{first, first + 1 + static_cast<int>(random() % 64)}});
    }
    wants = budget.fit(std::move(wants));
    std::set<int> held;
    for (auto n = random() % 60; n > 0; --n) held.insert(static_cast<int>(random() % 1000));
    auto const surplus = budget.surplus({held.begin(), held.end()}, {}, wants);
    std::set<int> wanted;
    for (auto const& window : wants.ahead)
      for (int p = window.first; p < window.last; ++p) wanted.insert(p);
    for (int p : surplus) {
      ASSERT_TRUE(held.erase(p));
      ASSERT_FALSE(wanted.contains(p));
    }
    held.insert(wanted.begin(), wanted.end());
    ASSERT_LE(static_cast<int>(held.size()), pieces);
  }
}

}  // namespace
}  // namespace swarm
