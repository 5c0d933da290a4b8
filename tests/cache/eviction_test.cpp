// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cache/eviction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace {

using cache::Candidate;
using cache::Limits;
using cache::make_room;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Limits roomy{1000, 100, 0};

/// A file of 10 bytes, named by a number.
Candidate file(int number, cache::Seconds last_used, std::int64_t opens = 1) {
  return {{"hash", number}, {{"film", 10, 10, true}, last_used, opens}};
}
std::vector<int> evicted(std::vector<Candidate> const& files, Limits const& limits, cache::Seconds now = 1000) {
  std::vector<int> numbers;
  for (auto const& key : make_room(files, limits, 0, now).evicted) numbers.push_back(key.file);
  return numbers;
}
/// One that is being downloaded.
Candidate on_its_way(int number, cache::Seconds last_used, std::int64_t missing) {
  auto made = file(number, last_used);
  made.downloading = true;
  made.missing = missing;
  return made;
}
std::vector<int> numbers_of(std::vector<cache::Key> const& keys) {
  std::vector<int> numbers;
  for (auto const& key : keys) numbers.push_back(key.file);
  return numbers;
}

TEST(Evict, NothingWithinTheLimits) {
  EXPECT_THAT(evicted({}, {0, 0, 1}), IsEmpty());
  EXPECT_THAT(evicted({file(1, 5), file(2, 4)}, {20, 2, 0}), IsEmpty());
}
TEST(Evict, TheLeastRecentlyUsedByBytes) {
  EXPECT_THAT(evicted({file(1, 5), file(2, 3), file(3, 4)}, {20, 100, 0}), ElementsAre(2));
  EXPECT_THAT(evicted({file(1, 5), file(2, 3), file(3, 4)}, {19, 100, 0}), ElementsAre(2, 3));
}
TEST(Evict, ByCount) { EXPECT_THAT(evicted({file(1, 5), file(2, 3), file(3, 4)}, {1000, 1, 0}), ElementsAre(2, 3)); }
TEST(Evict, ByTime) {
  EXPECT_THAT(evicted({file(1, 900), file(2, 901)}, {1000, 100, 100}), ElementsAre(1));
  EXPECT_THAT(evicted({file(1, 0)}, roomy), IsEmpty()) << "no time, no end";
}
TEST(Evict, NeverWhatIsPinnedOrInUse) {
  auto pinned = file(1, 1), in_use = file(2, 2);
  pinned.pinned = in_use.in_use = true;
  EXPECT_THAT(evicted({pinned, in_use, file(3, 3)}, {0, 0, 1}), ElementsAre(3));
}
TEST(Evict, WhatIsPopularLast) {
  std::vector const files{file(1, 1, cache::popular_opens), file(2, 2, cache::popular_opens - 1)};
  EXPECT_THAT(evicted(files, {1000, 100, 100}), ElementsAre(2)) << "no time ends it";
  EXPECT_THAT(evicted(files, {10, 100, 0}), ElementsAre(2));
  EXPECT_THAT(evicted(files, {0, 100, 0}), ElementsAre(2, 1));
}

TEST(Evict, DownloadsWaitForRoomOnTheDisk) {
  Limits cramped = roomy;
  cramped.room = 15;
  std::vector<Candidate> files{file(1, 5), on_its_way(2, 1, 100), on_its_way(3, 2, 100)};
  auto const cleared = make_room(files, cramped, 10, 0);
  EXPECT_THAT(numbers_of(cleared.evicted), ElementsAre(1)) << "what is whole goes all the same";
  EXPECT_THAT(numbers_of(cleared.waiting), ElementsAre(2, 3));
  EXPECT_THAT(cleared.ended, IsEmpty());

  files.push_back(file(4, 4));
  files.back().in_use = true;
  files.back().missing = 100;
  auto const watched = make_room(files, cramped, 10, 0);
  EXPECT_THAT(watched.waiting, IsEmpty());
  EXPECT_THAT(numbers_of(watched.ended), ElementsAre(2, 3)) << "for somebody who watches";
  EXPECT_THAT(numbers_of(watched.evicted), ElementsAre(1, 2, 3));

  files.pop_back();
  cramped.most_bytes = 25;
  auto const limited = make_room(files, cramped, 10, 0);
  EXPECT_THAT(numbers_of(limited.ended), ElementsAre(2)) << "limits hold";
  EXPECT_THAT(numbers_of(limited.waiting), ElementsAre(3));
}

TEST(Evict, RoomIsMadeBeforeItIsNeeded) {
  std::vector<Candidate> files{file(1, 1), file(2, 2), file(3, 3)};
  files.back().in_use = true;
  files.back().missing = 100;
  EXPECT_THAT(make_room(files, {40, 9, 0}, 10, 0).evicted, IsEmpty());
  EXPECT_THAT(numbers_of(make_room(files, {40, 9, 0}, 11, 0).evicted), ElementsAre(1));
  files.back().missing = 10;
  EXPECT_THAT(make_room(files, {40, 9, 0}, 11, 0).evicted, IsEmpty()) << "no more comes";
}
TEST(Evict, DownloadsThatNobodyWatchesLast) {
  std::vector<Candidate> const files{on_its_way(1, 1, 50), file(2, 2), on_its_way(3, 3, 50)};
  auto verdict = make_room(files, {30, 9, 1}, 10, 0);
  EXPECT_THAT(numbers_of(verdict.evicted), ElementsAre(2)) << "no time ends them";
  EXPECT_THAT(verdict.ended, IsEmpty());
  verdict = make_room(files, {20, 9, 0}, 10, 0);
  EXPECT_THAT(numbers_of(verdict.evicted), ElementsAre(2, 1)) << "the other needs its room";
  EXPECT_THAT(numbers_of(verdict.ended), ElementsAre(1));
  verdict = make_room(std::vector{on_its_way(1, 1, 50)}, {15, 9, 0}, 10, 0);
  EXPECT_THAT(numbers_of(verdict.ended), ElementsAre(1));
  EXPECT_THAT(verdict.evicted, IsEmpty()) << "what is here of it may stay";
}

// Whatever there is: the limits are kept if they can be, nothing goes without need, and nothing that must stay.
TEST(Evict, AnyFiles) {
  std::mt19937 random(5);
  auto const any = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  for (int round = 0; round < 2000; ++round) {
    std::vector<Candidate> files;
    for (int i = any(12); i > 0; --i) {
      files.push_back(file(i, any(1000), any(15)));
      files.back().file.held.on_disk = any(50);
      files.back().pinned = any(6) == 0;
      files.back().in_use = any(6) == 0;
      files.back().downloading = any(4) == 0;
      files.back().missing = files.back().downloading ? any(50) : 0;
    }
    Limits const limits{any(300), any(12), any(2) * 500};
    auto const gone = evicted(files, limits);
    std::int64_t bytes = 0, count = 0, movable = 0;
    for (auto const& c : files) {
      bool const goes = std::find(gone.begin(), gone.end(), c.key.file) != gone.end();
      ASSERT_FALSE(goes && (c.pinned || c.in_use));
      if (goes) continue;
      bytes += c.file.held.on_disk;
      ++count;
      bool const stays = c.pinned || c.in_use;
      movable += stays ? 0 : 1;
      ASSERT_TRUE(stays || !limits.ttl || c.downloading || c.file.opens >= cache::popular_opens ||
                  1000 - c.file.last_used < limits.ttl);
    }
    ASSERT_TRUE(movable == 0 || (bytes <= limits.most_bytes && count <= limits.most_files));
  }
}

}  // namespace
