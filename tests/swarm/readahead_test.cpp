// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/readahead.hpp"

#include "print.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace swarm {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t KiB = 1024;
constexpr std::int64_t MiB = 1024 * KiB;
constexpr std::int64_t film = 2000 * MiB;
constexpr Readahead::time_point start{1000s};

std::vector<Window> windows(Readahead const& ahead, Readahead::time_point now = start) {
  return ahead.windows(film, std::nullopt, now);
}

/// Reads `size` bytes in a row, 64 KiB each; gives the position after the last.
std::int64_t read_on(Readahead& ahead, std::int64_t position, std::int64_t size, Readahead::time_point now = start) {
  for (auto const end = position + size; position < end; position += 64 * KiB) ahead.read(position, 64 * KiB, now);
  return position;
}

TEST(Readahead, WantsNothingBeforeTheFirstRead) { EXPECT_THAT(windows(Readahead(32 * MiB)), IsEmpty()); }

TEST(Readahead, StartsSmall) {
  Readahead ahead(32 * MiB);
  ahead.read(0, 64 * KiB, start);
  EXPECT_THAT(windows(ahead), ElementsAre(Window{0, 256 * KiB, true}));
  ahead.read(0, 400 * KiB, start);
  EXPECT_THAT(windows(ahead), ElementsAre(Window{0, 400 * KiB, true})) << "what is asked for, at least";
}

TEST(Readahead, APlaceThatIsStayedAtIsWorthMore) {
  Readahead ahead(32 * MiB);
  ahead.read(0, 64 * KiB, start);
  EXPECT_THAT(windows(ahead, start + 999ms), ElementsAre(Window{0, 256 * KiB, true}));
  EXPECT_THAT(windows(ahead, start + 1s), ElementsAre(Window{0, 4 * MiB, true}));
}

TEST(Readahead, GrowsWithWhatIsReadUpToTheLimit) {
  Readahead ahead(32 * MiB);
  auto at = read_on(ahead, 0, 256 * KiB);
  ahead.read(at, 64 * KiB, start);
  EXPECT_THAT(windows(ahead), ElementsAre(Window{256 * KiB, (256 + 256 + 256) * KiB, true})) << "it may be left again";
  ahead.read(500 * MiB, 64 * KiB, start + 1s);
  EXPECT_EQ(windows(ahead, start + 1s).back(), (Window{256 * KiB, (256 + 256 + 4 * 256) * KiB, false}));
  ahead.read(at, 64 * KiB, start + 1s);
  at = read_on(ahead, at, MiB, start + 1s);
  ahead.read(at, 64 * KiB, start + 1s);
  EXPECT_EQ(windows(ahead, start + 1s).front(), (Window{at, at + 4 * MiB, true}));
  at = read_on(ahead, at, 99 * MiB - 256 * KiB, start + 1s);
  ahead.read(at, 64 * KiB, start + 1s);
  EXPECT_EQ(windows(ahead, start + 1s).front(), (Window{100 * MiB, 132 * MiB, true}));
}

// 320 kbit/s, then a film of 20 Mbit/s, then a pause.
TEST(Readahead, FollowsTheRateOfItsConsumer) {
  auto const consume = [](Readahead& ahead, std::int64_t rate, Readahead::time_point& now) {
    std::int64_t at = 0;
    for (int i = 0; i < 600; ++i, now += 500ms) {
      ahead.read(at, rate / 2, now);
      at += rate / 2;
    }
    ahead.read(at, rate / 2, now);
    return at;
  };
  auto now = start;
  Readahead song(32 * MiB);
  auto at = consume(song, 40'000, now);
  EXPECT_EQ(windows(song, now).front().end, windows(song, now).front().position + 4 * MiB);
  Readahead film(256 * MiB);
  at = consume(film, 2'500'000, now);
  auto const ahead = windows(film, now).front().end - at;
  EXPECT_GT(ahead, 60 * 2'500'000 * 9 / 10);
  EXPECT_LT(ahead, 60 * 2'500'000 * 11 / 10);
  now += 300s;
  EXPECT_LE(windows(film, now).front().end - at, 4 * MiB);
}

TEST(Readahead, AnswersShorterThanAskedAreContiguous) {
  Readahead ahead(256 * MiB);
  // 1 MiB is asked for each time, 16 KiB come.
  std::int64_t at = 0;
  for (; at < 8 * MiB; at += 16 * KiB) ahead.read(at, MiB, start);
  ahead.read(at, MiB, start);
  EXPECT_THAT(windows(ahead, start + 1s), ElementsAre(Window{8 * MiB, 32 * MiB, true}));
}

TEST(Readahead, AskingAgainChangesNothing) {
  Readahead ahead(32 * MiB);
  for (int i = 0; i < 1000; ++i) ahead.read(5 * MiB, 64 * KiB, start);
  EXPECT_THAT(windows(ahead), ElementsAre(Window{5 * MiB, 5 * MiB + 256 * KiB, true}));
}

TEST(Readahead, RewindOfALittleStaysTheSamePlace) {
  Readahead ahead(32 * MiB);
  auto const at = read_on(ahead, 0, 100 * MiB);
  ahead.read(at - MiB, 64 * KiB, start);
  EXPECT_THAT(windows(ahead), ElementsAre(Window{at - MiB, at + 31 * MiB, true}));
}

TEST(Readahead, FarRewindOpensAPlace) {
  Readahead ahead(32 * MiB);
  auto const at = read_on(ahead, 100 * MiB, 100 * MiB);
  ahead.read(50 * MiB, 64 * KiB, start);
  EXPECT_THAT(windows(ahead), ElementsAre(Window{50 * MiB, 50 * MiB + 256 * KiB, true},
                                          Window{at - 64 * KiB, at - 64 * KiB + 32 * MiB, false}));
}

TEST(Readahead, SmallSkipForwardStaysTheSamePlace) {
  Readahead ahead(32 * MiB);
  auto const at = read_on(ahead, 0, 100 * MiB);
  ahead.read(at + 3 * MiB, 64 * KiB, start);
  EXPECT_THAT(windows(ahead), ElementsAre(Window{at + 3 * MiB, at + 35 * MiB, true}));
}

class Interleaved : public testing::TestWithParam<int> {};

TEST_P(Interleaved, EachPlaceKeepsItsWindow) {
  Readahead ahead(16 * MiB);
  std::vector<std::int64_t> at;
  for (int i = 0; i < GetParam(); ++i) at.push_back((10 + i * 300) * MiB);
  for (int turn = 0; turn < 400; ++turn)
    for (auto& position : at) {
      ahead.read(position, 64 * KiB, start);
      position += 64 * KiB;
    }
  std::vector<Window> expected;
  for (auto it = at.rbegin(); it != at.rend(); ++it) {
    auto const position = *it - 64 * KiB;
    expected.push_back({position, position + 16 * MiB, it == at.rbegin()});
  }
  EXPECT_EQ(windows(ahead), expected);
}

INSTANTIATE_TEST_SUITE_P(Places, Interleaved, testing::Values(2, 3, 4));

TEST(Readahead, InterleavedPlacesCloserThanAWindowDoNotOverlap) {
  Readahead ahead(32 * MiB);
  std::int64_t low = 0;
  std::int64_t high = 10 * MiB;
  for (int turn = 0; turn < 1000; ++turn) {
    ahead.read(high, 64 * KiB, start);
    ahead.read(low, 64 * KiB, start);
    high += 64 * KiB;
    low += 64 * KiB;
  }
  low -= 64 * KiB;
  high -= 64 * KiB;
  EXPECT_THAT(windows(ahead), ElementsAre(Window{low, high, true}, Window{high, high + 32 * MiB, false}));
}

TEST(Readahead, HeadTailHead) {
  Readahead ahead(32 * MiB);
  auto const tail = film - 2 * MiB;
  auto at = read_on(ahead, 0, 256 * KiB);
  read_on(ahead, tail, MiB);
  ahead.read(at, 64 * KiB, start + 1s);
  EXPECT_THAT(windows(ahead, start + 1s),
              ElementsAre(Window{at, at + 4 * MiB, true}, Window{tail + MiB - 64 * KiB, film, false}));
  // Nobody comes back to the tail: its window ends.
  at = read_on(ahead, at, 32 * MiB, start + 16s);
  EXPECT_THAT(windows(ahead, start + 16s), ElementsAre(Window{at - 64 * KiB, at - 64 * KiB + 32 * MiB, true}));
}

TEST(Readahead, APausedReaderKeepsItsWindowForAWhile) {
  Readahead ahead(32 * MiB);
  auto const at = read_on(ahead, 0, 100 * MiB);
  EXPECT_THAT(windows(ahead, start + 200s), ElementsAre(Window{at - 64 * KiB, at + 32 * MiB - 64 * KiB, true}));
  EXPECT_THAT(windows(ahead, start + 3600s), ElementsAre(Window{at - 64 * KiB, at + 4 * MiB - 64 * KiB, true}));
}

TEST(Readahead, PlacesNotReadLoseTheirWindows) {
  Readahead ahead(32 * MiB);
  ahead.read(0, KiB, start);
  ahead.read(100 * MiB, KiB, start + 10s);
  EXPECT_EQ(windows(ahead, start + 14s).size(), 2u);
  EXPECT_THAT(windows(ahead, start + 15s), ElementsAre(Window{100 * MiB, 104 * MiB, true}));
}

TEST(Readahead, RandomReadsKeepFewPlaces) {
  Readahead ahead(32 * MiB);
  std::mt19937 random(1);
  std::uniform_int_distribution<std::int64_t> anywhere(0, film - 1);
  for (int i = 0; i < 1000; ++i) {
    auto const position = anywhere(random);
    ahead.read(position, 64 * KiB, start);
    auto const all = windows(ahead);
    ASSERT_LE(all.size(), 4u);
    ASSERT_EQ(all.front().position, position);
    ASSERT_TRUE(all.front().current);
  }
}

TEST(Readahead, AJumpLeavesLittleOfWhatWasRead) {
  Readahead ahead(32 * MiB);
  auto const at = read_on(ahead, 0, 100 * MiB) - 64 * KiB;
  ahead.seek(1000 * MiB, start + 1s);
  EXPECT_THAT(windows(ahead, start + 1s),
              ElementsAre(Window{1000 * MiB, 1000 * MiB + 256 * KiB, true}, Window{at, at + 256 * KiB, false}));
  ahead.seek(500 * MiB, start + 10s);
  EXPECT_THAT(windows(ahead, start + 10s), ElementsAre(Window{500 * MiB, 500 * MiB + 256 * KiB, true}));
}

// qtdemux on a badly interleaved film: each read is a jump, but never to somewhere new.
TEST(Readahead, JumpsBetweenKnownPlacesKeepTheirWindows) {
  Readahead ahead(16 * MiB);
  std::int64_t picture = 10 * MiB, sound = 500 * MiB;
  for (int turn = 0; turn < 400; ++turn)
    for (auto* place : {&picture, &sound}) {
      ahead.seek(*place, start);
      ahead.read(*place, 64 * KiB, start);
      *place += 64 * KiB;
    }
  sound -= 64 * KiB, picture -= 64 * KiB;
  EXPECT_THAT(windows(ahead),
              ElementsAre(Window{sound, sound + 16 * MiB, true}, Window{picture, picture + 16 * MiB, false}));
}

TEST(Readahead, WhoHasJustJumpedMaySoonDoSoAgain) {
  Readahead ahead(32 * MiB);
  EXPECT_FALSE(ahead.searching(start));
  auto const at = read_on(ahead, 0, MiB);
  EXPECT_TRUE(ahead.searching(start + 999ms));
  EXPECT_FALSE(ahead.searching(start + 1s));
  ahead.seek(500 * MiB, start + 2s);
  EXPECT_TRUE(ahead.searching(start + 2s));
  ahead.seek(at, start + 2s);
  EXPECT_FALSE(ahead.searching(start + 2s)) << "it has been there before";
}

TEST(Readahead, AJumpToWhereItReadsKeepsTheWindow) {
  Readahead ahead(32 * MiB);
  auto const at = read_on(ahead, 0, 100 * MiB);
  ahead.seek(at, start + 5s);
  EXPECT_THAT(windows(ahead, start + 5s), ElementsAre(Window{at, at + 32 * MiB, true}));
}

TEST(Readahead, APlaceThatWasNeverReadIsForgotten) {
  Readahead ahead(32 * MiB);
  ahead.seek(0, start);
  ahead.seek(500 * MiB, start);
  EXPECT_THAT(windows(ahead), ElementsAre(Window{500 * MiB, 500 * MiB + 256 * KiB, true}));
}

TEST(Readahead, RandomJumpsKeepThreePlaces) {
  Readahead ahead(32 * MiB);
  for (int i = 0; i < 20; ++i) {
    ahead.seek((i * 617 % 1900) * MiB, start);
    ASSERT_LE(windows(ahead).size(), 3u);
  }
}

TEST(Readahead, IsClippedAtTheEndOfTheFile) {
  Readahead ahead(32 * MiB);
  ahead.read(9 * MiB, KiB, start);
  EXPECT_THAT(ahead.windows(10 * MiB, std::nullopt, start + 1s), ElementsAre(Window{9 * MiB, 10 * MiB, true}));
  ahead.read(10 * MiB, KiB, start);
  EXPECT_THAT(ahead.windows(10 * MiB, std::nullopt, start), IsEmpty());
  ahead.read(std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max(), start);
  EXPECT_THAT(ahead.windows(10 * MiB, std::nullopt, start), IsEmpty());
  EXPECT_THAT(ahead.windows(0, std::nullopt, start), IsEmpty());
}

TEST(Readahead, IsClippedAtTheReadersEnd) {
  Readahead ahead(32 * MiB);
  ahead.read(0, KiB, start);
  EXPECT_THAT(ahead.windows(film, 100, start), ElementsAre(Window{0, 100, true}));
  EXPECT_THAT(ahead.windows(50, 100, start), ElementsAre(Window{0, 50, true}));
  EXPECT_THAT(ahead.windows(film, 0, start), IsEmpty());
}

TEST(Readahead, NegativeNumbersAreNone) {
  Readahead ahead(-5);
  ahead.read(-10, -10, start);
  EXPECT_THAT(windows(ahead), ElementsAre(Window{0, 1, true}));
}

TEST(Readahead, TinyReadAheadWantsWhatIsAskedFor) {
  Readahead ahead(1);
  ahead.read(0, 64 * KiB, start);
  EXPECT_THAT(windows(ahead), ElementsAre(Window{0, 64 * KiB, true}));
  ahead.read(64 * KiB, 100, start);
  EXPECT_THAT(windows(ahead), ElementsAre(Window{64 * KiB, 64 * KiB + 100, true}));
}

TEST(Readahead, SmallReadAheadIsTheLimitFromTheStart) {
  Readahead ahead(MiB);
  auto const at = read_on(ahead, 0, 10 * MiB) - 64 * KiB;
  EXPECT_THAT(windows(ahead), ElementsAre(Window{at, at + MiB, true}));
}

// Whatever is done: disjoint, not empty, inside the file, the last place first and marked.
TEST(Readahead, Property) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::int64_t const size = 1 + static_cast<std::int64_t>(random() % (100 * MiB));
    Readahead ahead(1 + static_cast<std::int64_t>(random() % (40 * MiB)));
    auto now = start;
    for (int step = 0; step < 100; ++step) {
      now += std::chrono::milliseconds(random() % 2000);
      auto const position = static_cast<std::int64_t>(random() % static_cast<unsigned>(size));
      if (random() % 4 == 0)
        ahead.seek(position, now);
      else
        ahead.read(position, static_cast<std::int64_t>(random() % (2 * MiB)), now);
      auto all = ahead.windows(size, std::nullopt, now);
      ASSERT_FALSE(all.empty());
      ASSERT_EQ(all.front().position, position);
      ASSERT_EQ(std::count_if(all.begin(), all.end(), [](Window const& w) { return w.current; }), 1);
      ASSERT_TRUE(all.front().current);
      std::sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.position < b.position; });
      for (std::size_t i = 0; i < all.size(); ++i) {
        ASSERT_LT(all[i].position, all[i].end);
        ASSERT_LE(all[i].end, i + 1 < all.size() ? all[i + 1].position : size);
      }
    }
  }
}

}  // namespace
}  // namespace swarm
