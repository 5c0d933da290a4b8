// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/metadata_fetch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>

namespace swarm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int part = MetadataFetch::part_bytes;
constexpr int largest = 100 * part;

using namespace std::chrono_literals;

std::vector<char> bytes(int size, char value) { return std::vector<char>(static_cast<std::size_t>(size), value); }

/// The true one has the number of each part in all of its bytes.
char true_byte(int part) { return static_cast<char>(part + 1); }

class MetadataFetching : public testing::Test {
 protected:
  void make(int size) { size_ = size; }
  [[nodiscard]] bool right(std::span<char const> all) const {
    if (std::ssize(all) != size_) return false;
    for (int i = 0; i < size_; ++i)
      if (all[static_cast<std::size_t>(i)] != true_byte(i / part)) return false;
    return true;
  }
  [[nodiscard]] std::vector<int> ask(int peer) { return fetch_.ask(peer, now_); }
  void give(int peer, int number, std::vector<char> const& what) { fetch_.arrived(peer, number, what, now_); }
  void give(int peer, int number) {
    give(peer, number, bytes(std::min(part, size_ - number * part), true_byte(number)));
  }
  /// All that it is asked for, until nothing more is.
  void give_all(int peer, int size, bool lie = false) {
    for (auto asked = ask(peer); !asked.empty(); asked = ask(peer))
      for (int const number : asked)
        give(peer, number, bytes(std::min(part, size - number * part), lie ? 'x' : true_byte(number)));
  }

  int size_ = 0;
  MetadataFetch fetch_{largest, [this](auto all) { return right(all); }};
  MetadataFetch::Time now_{};
};

TEST_F(MetadataFetching, PartsAreSharedOut) {
  make(11 * part + 5);
  fetch_.offered(1, size_);
  fetch_.offered(2, size_);
  EXPECT_THAT(ask(1), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(ask(1), IsEmpty()) << "eight at a time";
  EXPECT_THAT(ask(2), ElementsAre(8, 9, 10, 11, 0, 1, 2, 3));
  for (int i = 0; i < 12; ++i) {
    EXPECT_FALSE(fetch_.take());
    give(1 + i % 2, i);
  }
  auto const all = fetch_.take();
  ASSERT_TRUE(all);
  EXPECT_TRUE(right(*all));
  EXPECT_FALSE(fetch_.take()) << "once";
  EXPECT_TRUE(fetch_.over());
  EXPECT_EQ(fetch_.held(), 0);
  EXPECT_THAT(ask(1), IsEmpty());
}

TEST_F(MetadataFetching, WhatIsLostIsAskedOfOthers) {
  make(3 * part);
  fetch_.offered(1, size_);
  EXPECT_THAT(ask(1), ElementsAre(0, 1, 2));
  fetch_.gone(1);
  fetch_.offered(2, size_);
  EXPECT_THAT(ask(2), ElementsAre(0, 1, 2));
  fetch_.rejected(2, 1);
  EXPECT_THAT(ask(2), IsEmpty()) << "it has none";
  fetch_.offered(3, size_);
  EXPECT_THAT(ask(3), ElementsAre(1, 0, 2));
}

TEST_F(MetadataFetching, NonsenseChangesNothing) {
  make(2 * part);
  give(1, 0);
  fetch_.rejected(1, 5);
  fetch_.offered(1, 0);
  fetch_.offered(1, -5);
  fetch_.offered(1, largest + 1);
  EXPECT_THAT(ask(1), IsEmpty());
  fetch_.offered(1, size_);
  fetch_.offered(1, 3 * part);
  EXPECT_THAT(ask(1), ElementsAre(0, 1)) << "what it said first counts";
  for (int const number : {-1, 2, 1000}) give(1, number, bytes(part, 1));
  give(1, 0, bytes(part - 1, 1));
  give(1, 1, bytes(part + 1, 1));
  EXPECT_FALSE(fetch_.take());
  EXPECT_EQ(fetch_.held(), 0);
  EXPECT_THAT(ask(1), ElementsAre(0, 1)) << "again";
}

TEST_F(MetadataFetching, ASizeThatIsWrongKeepsNobodyAway) {
  make(2 * part);
  fetch_.offered(1, 5 * part);
  fetch_.offered(2, size_);
  EXPECT_THAT(ask(1), ElementsAre(0, 1, 2, 3, 4));
  give_all(2, size_);
  EXPECT_TRUE(fetch_.take());
}

TEST_F(MetadataFetching, WhoLiesAloneIsFoundOut) {
  make(3 * part);
  fetch_.offered(1, size_);
  give_all(1, size_, true);
  EXPECT_FALSE(fetch_.take());
  EXPECT_THAT(ask(1), IsEmpty());
  EXPECT_EQ(fetch_.held(), 0);
  fetch_.offered(2, size_);
  fetch_.offered(3, size_);
  EXPECT_THAT(ask(2), ElementsAre(0, 1, 2));
  EXPECT_THAT(ask(3), ElementsAre(0, 1, 2));
  give(2, 0), give(3, 1), give(2, 2);
  EXPECT_TRUE(fetch_.take()) << "the others share the work";
}

TEST_F(MetadataFetching, WhoLiesAmongOthersSpoilsItOnce) {
  make(4 * part);
  for (int const peer : {1, 2, 3}) fetch_.offered(peer, size_);
  for (int const peer : {1, 2, 3}) (void)ask(peer);
  give(1, 0), give(2, 1), give(2, 2);
  give(3, 3, bytes(part, 'x'));
  EXPECT_FALSE(fetch_.take());
  EXPECT_THAT(ask(2), IsEmpty()) << "what it has given counts, and it was asked for the rest";
  give(2, 0);
  EXPECT_FALSE(fetch_.take());
  give(2, 3);
  EXPECT_TRUE(fetch_.take());
}

TEST_F(MetadataFetching, TheSilentAreNotWaitedFor) {
  make(2 * part);
  for (int const peer : {1, 2, 3}) fetch_.offered(peer, size_);
  (void)ask(1), (void)ask(2);
  EXPECT_THAT(ask(3), IsEmpty());
  now_ += 1s;
  EXPECT_THAT(ask(3), ElementsAre(0, 1));
}

TEST_F(MetadataFetching, TheSilentStandInNobodysWayWhereEachIsAlone) {
  make(2 * part);
  for (int peer = 0; peer < 12; ++peer) fetch_.offered(peer, size_);
  (void)ask(0), (void)ask(1);
  give(0, 0), give(1, 1, bytes(part, 'x'));
  int asked = 0;
  for (int peer = 0; peer < 12; ++peer) asked += ask(peer).empty() ? 0 : 1;
  EXPECT_EQ(asked, 6) << "eight at a time; two of them were asked before";
  now_ += 3s;
  EXPECT_FALSE(ask(11).empty());
  give(11, 0), give(11, 1);
  EXPECT_TRUE(fetch_.take());
}

TEST_F(MetadataFetching, LiarsDoNotFillTheMemory) {
  make(part);
  for (int peer = 0; peer < 10; ++peer) {
    int const size = largest - peer * part;
    fetch_.offered(peer, size);
    // All but the last part.
    for (int number = 0; number < size / part - 1; ++number) give(peer, number, bytes(part, 'x'));
    EXPECT_LE(fetch_.held(), 2 * largest);
  }
  fetch_.offered(99, size_);
  give_all(99, size_);
  EXPECT_TRUE(fetch_.take());
}

// Who is honest is as good among smaller ones: what has not grown for longest goes.
TEST_F(MetadataFetching, LiarsWhoFillTheMemoryTakeNoRoomFromWhoGives) {
  make(largest / 2);
  fetch_.offered(0, size_);
  int number = 0;
  for (int peer = 1; peer < 10; ++peer) {
    int const size = size_ - peer * part;
    fetch_.offered(peer, size);
    for (int i = 0; i < size / part - 1; ++i) give(peer, i, bytes(part, 'x'));
    now_ += 100ms;
    for (int i = 0; i < 5; ++i) give(0, number++);
    EXPECT_LE(fetch_.held(), 2 * largest);
  }
  for (; number * part < size_; ++number) give(0, number);
  EXPECT_TRUE(fetch_.take());
}

// Whatever liars do: with one who is honest it comes, and memory has a bound.
TEST_F(MetadataFetching, OneHonestPeerIsEnough) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE(seed);
    std::minstd_rand random(seed);
    auto const upto = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
    make(1 + upto(12 * part));
    MetadataFetch fetch(largest, [this](auto all) { return right(all); });
    int const peers = 1 + upto(12), honest = upto(peers - 1);
    std::vector<int> said(static_cast<std::size_t>(peers));
    std::vector<std::pair<int, int>> under_way;
    for (int peer = 0; peer < peers; ++peer) {
      auto& size = said[static_cast<std::size_t>(peer)];
      size = peer == honest || upto(1) ? size_ : 1 + upto(largest - 1);
      fetch.offered(peer, size);
    }
    int turns = 0;
    for (; !fetch.over() && turns < 400; ++turns) {
      now_ += std::chrono::milliseconds(upto(500));
      for (int peer = 0; peer < peers; ++peer)
        for (int const number : fetch.ask(peer, now_)) under_way.emplace_back(peer, number);
      std::shuffle(under_way.begin(), under_way.end(), random);
      for (int many = upto(8); many > 0 && !under_way.empty(); --many) {
        auto const [peer, number] = under_way.back();
        under_way.pop_back();
        auto const size = std::min(part, said[static_cast<std::size_t>(peer)] - number * part);
        if (peer == honest) {
          fetch.arrived(peer, number, bytes(size, true_byte(number)), now_);
          continue;
        }
        switch (upto(4)) {
          case 0:
            break;  // silent
          case 1:
            fetch.rejected(peer, number);
            break;
          case 2:
            fetch.arrived(peer, upto(20) - 2, bytes(size, 'x'), now_);
            break;
          default:
            fetch.arrived(peer, number, bytes(size, upto(1) ? 'x' : true_byte(number)), now_);
        }
        if (upto(50) == 0) fetch.gone(peer);
      }
      ASSERT_LE(fetch.held(), 2 * largest);
    }
    auto const all = fetch.take();
    ASSERT_TRUE(all && right(*all)) << turns << " turns, " << peers << " peers, " << size_ << " bytes";
  }
}

}  // namespace
}  // namespace swarm
