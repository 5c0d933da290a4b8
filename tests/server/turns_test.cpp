// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/turns.hpp"

#include <gmock/gmock.h>

namespace {

using api::Active;
using api::take_turns;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

std::chrono::steady_clock::time_point at(int second) {
  return std::chrono::steady_clock::time_point(std::chrono::seconds(second));
}

TEST(Turns, WhatWasUsedLongestAgoRests) {
  std::vector<Active> const all = {
      {.key = "a", .last_used = at(1)}, {.key = "b", .last_used = at(3)}, {.key = "c", .last_used = at(2)}};
  EXPECT_THAT(take_turns(all, 2).rest, ElementsAre("a"));
  EXPECT_THAT(take_turns(all, 2).go_on, IsEmpty());
  EXPECT_THAT(take_turns(all, 0).rest, IsEmpty());
  EXPECT_THAT(take_turns(all, 3).rest, IsEmpty());
}

TEST(Turns, WhatIsWatchedNeverRests) {
  auto const turns = take_turns({{.key = "a", .watched = true, .last_used = at(1)},
                                 {.key = "b", .waits = true, .watched = true, .last_used = at(2)},
                                 {.key = "c", .downloads = true, .last_used = at(9)}},
                                1);
  EXPECT_THAT(turns.rest, ElementsAre("c"));
  EXPECT_THAT(turns.go_on, ElementsAre("b"));
}

TEST(Turns, DownloadsComeBeforeWhatOnlyGives) {
  auto const turns = take_turns({{.key = "seeds", .last_used = at(9)},
                                 {.key = "pinned", .stays = true, .last_used = at(8)},
                                 {.key = "next", .waits = true, .downloads = true, .last_used = at(1)},
                                 {.key = "later", .waits = true, .downloads = true, .last_used = at(0)}},
                                1);
  EXPECT_THAT(turns.go_on, ElementsAre("next"));
  EXPECT_THAT(turns.rest, ElementsAre("pinned", "seeds"));
}

TEST(Turns, ComeToRest) {
  std::vector<Active> all;
  for (int i = 0; i < 100; ++i)
    all.push_back({.key = std::to_string(i), .downloads = i % 3 == 0, .last_used = at(i % 7)});
  for (int round = 0; round < 2; ++round) {
    auto const turns = take_turns(all, 25);
    EXPECT_EQ(turns.rest.size(), round == 0 ? 75u : 0u);
    EXPECT_THAT(turns.go_on, IsEmpty());
    for (auto& torrent : all)
      torrent.waits = torrent.waits || std::ranges::find(turns.rest, torrent.key) != turns.rest.end();
  }
}

}  // namespace
