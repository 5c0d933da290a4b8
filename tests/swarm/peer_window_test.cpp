// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/peer_window.hpp"

#include "swarm/types.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>

namespace swarm {

namespace {

using namespace std::chrono_literals;
using Seconds = PeerWindow::Seconds;
using Time = PeerWindow::Time;

Time at(double seconds) { return Time{} + 1000s + std::chrono::duration_cast<Time::duration>(Seconds(seconds)); }

/// A line with a rate and a round trip, kept as full as the window says.
struct Line {
  double rate;
  double round_trip;
  double limit = 0;  ///< of the peer's upload, which it keeps to by halves of a second; 0 = none

  double now = 0;
  double free_at = 0;
  struct Way {
    double arrives;
    PeerWindow::Sent sent;
  };
  std::deque<Way> ways{};
  PeerWindow window{};

  void fill(int most) {
    while (static_cast<int>(ways.size()) < std::min(most, window.size())) {
      auto const sent = window.sent(at(now), static_cast<int>(ways.size()));
      free_at = std::max(free_at, now + round_trip) + block_bytes / rate;
      if (limit > 0) wait_for_quota();
      ways.push_back({free_at, sent});
    }
  }
  void wait_for_quota() {
    constexpr double turn = 0.5;
    if (auto const this_turn = std::floor(free_at / turn); this_turn > turn_) {
      turn_ = this_turn;
      quota = limit * turn;
    }
    if (quota < block_bytes) {
      free_at = ++turn_ * turn + block_bytes / rate;
      quota += limit * turn;
    }
    quota -= block_bytes;
  }
  double turn_ = 0, quota = 0;
  /// Bytes/s that came.
  double run(double seconds, int most = 1 << 20) {
    auto const begin = now;
    std::int64_t bytes = 0;
    fill(most);
    while (!ways.empty() && ways.front().arrives <= begin + seconds) {
      auto const way = ways.front();
      ways.pop_front();
      now = way.arrives;
      window.arrived(way.sent, block_bytes, at(now));
      bytes += block_bytes;
      fill(most);
    }
    now = begin + seconds;
    return static_cast<double>(bytes) / seconds;
  }
  double queue() const { return ways.empty() ? 0 : ways.back().arrives - now; }
};

TEST(PeerWindow, BeginsSmall) {
  PeerWindow window;
  EXPECT_EQ(window.size(), 4);
  EXPECT_EQ(window.rate(), 0);
}

struct Row {
  char const* name;
  double rate;
  double round_trip;
};
void PrintTo(Row const& row, std::ostream* out) { *out << row.name; }
class PeerWindowOnLines : public testing::TestWithParam<Row> {};

TEST_P(PeerWindowOnLines, FillsTheLineAndLittleMore) {
  auto const row = GetParam();
  Line line{row.rate, row.round_trip};
  line.run(20);
  auto const got = line.run(40);
  // As many blocks as the largest window has at the most.
  auto const possible = std::min(row.rate, 512.0 * block_bytes / row.round_trip);
  EXPECT_GT(got, 0.93 * possible);
  EXPECT_NEAR(line.window.rate(), row.rate, 0.15 * row.rate);
  // What is under way: the round trip, 60 ms, a tenth, and a block or two.
  EXPECT_LT(line.queue(), 1.1 * (row.round_trip + 0.06) + 3.5 * block_bytes / row.rate);
  // The expected arrival of the next block is the real one.
  EXPECT_NEAR(line.window.eta(static_cast<int>(line.ways.size())).count(), line.queue() + block_bytes / row.rate,
              0.35 * row.round_trip + 0.03 + 2 * block_bytes / row.rate);
}

Row const lines[] = {
    {"Slow", 30e3, 0.1},  {"Dsl", 250e3, 0.04},  {"Home", 1e6, 0.04},      {"Far", 1e6, 0.3},
    {"Fast", 12e6, 0.02}, {"Near", 50e6, 0.002}, {"Satellite", 2e6, 0.65},
};
INSTANTIATE_TEST_SUITE_P(Table, PeerWindowOnLines, testing::ValuesIn(lines),
                         [](auto const& i) { return i.param.name; });

/// Peers whose upload is limited to 3 MB/s, behind lines that are much faster.
class PeerWindowOnBursts : public testing::TestWithParam<Row> {};

TEST_P(PeerWindowOnBursts, AsksForWhatItSendsUntilTheNextOne) {
  auto const row = GetParam();
  Line line{row.rate, row.round_trip, 3e6};
  line.run(20);
  EXPECT_GT(line.run(40), 0.93 * 3e6);
  EXPECT_LT(line.window.size() * double{block_bytes} / 3e6, 1.4 * (row.round_trip + 0.5));
  EXPECT_NEAR(line.window.rate(), 3e6, 0.5 * 3e6);
}

Row const bursts[] = {{"Loopback", 500e6, 0.0003}, {"Near", 50e6, 0.01}, {"Home", 12e6, 0.04}, {"Far", 12e6, 0.2}};
INSTANTIATE_TEST_SUITE_P(Table, PeerWindowOnBursts, testing::ValuesIn(bursts),
                         [](auto const& i) { return i.param.name; });

TEST(PeerWindow, FollowsALineThatGetsFaster) {
  Line line{200e3, 0.05};
  line.run(10);
  line.rate = 2e6;
  line.run(5);
  EXPECT_GT(line.run(5), 1.8e6);
}

TEST(PeerWindow, FollowsALineThatGetsSlower) {
  Line line{2e6, 0.05};
  line.run(10);
  line.rate = 200e3;
  line.run(10);
  EXPECT_LT(line.queue(), 0.4);
}

TEST(PeerWindow, ALongerWayIsNoDeath) {
  Line line{2e6, 0.04};
  line.run(10);
  line.round_trip = 0.25;
  line.run(20);
  EXPECT_GT(line.run(20), 1.5e6);
}

TEST(PeerWindow, FewRequestsDoNotMakeItSlow) {
  Line line{2e6, 0.05};
  line.run(10);
  auto const before = line.window.size();
  line.run(20, 1);  // the readers need little
  EXPECT_GE(line.window.size(), before * 9 / 10);
}

TEST(PeerWindow, ManyMinutesDoNotMakeTheQueueLong) {
  Line line{1e6, 0.04};
  line.run(1200);
  EXPECT_LT(line.queue(), 0.2);
}

TEST(PeerWindow, Silence) {
  PeerWindow window;
  auto const sent = window.sent(at(0), 0);
  EXPECT_FALSE(window.silent_too_long(sent.at, at(0.3)));
  EXPECT_TRUE(window.silent_too_long(sent.at, at(0.5)));
  window.arrived(sent, block_bytes, at(0.5));
  auto const next = window.sent(at(0.5), 0);
  EXPECT_FALSE(window.silent_too_long(next.at, at(2.4)));  // it is known to be slow
  EXPECT_TRUE(window.silent_too_long(next.at, at(2.6)));
}

}  // namespace
}  // namespace swarm
