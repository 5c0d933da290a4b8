// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/scheduler.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace swarm {

static void PrintTo(Block const& block, std::ostream* out) { *out << block.piece << '/' << block.number; }

namespace {

using namespace std::chrono_literals;
using Time = Scheduler::Time;

constexpr int piece_blocks = 8;

Layout layout(int pieces) {
  return {{{"a", 0, std::int64_t{pieces} * piece_blocks * block_bytes}}, piece_blocks * block_bytes};
}

/// Peers that have everything unless said otherwise, and remember what they were asked.
struct Bench : Scheduler::Mediator {
  explicit Bench(int pieces) : scheduler(layout(pieces), *this) {}
  explicit Bench(Layout const& l) : scheduler(l, *this) {}

  bool has(int peer, int piece) const override {
    auto const found = lacks.find(peer);
    return found == lacks.end() || !found->second.contains(piece);
  }
  bool trusts(int peer) const override { return trusted.contains(peer); }
  void ask(int peer, Block block) override { asked.emplace_back(peer, block); }

  std::vector<std::pair<int, Block>> fill() {
    scheduler.fill(now);
    return std::exchange(asked, {});
  }
  std::vector<std::pair<int, Block>> tick(std::chrono::milliseconds later) {
    now += later;
    scheduler.tick(now);
    return std::exchange(asked, {});
  }
  void arrive(int peer, Block block) { scheduler.arrived(peer, block, block_bytes, now); }
  /// A peer with a known line: 16 blocks, 20 ms each way.
  void teach(int peer, int piece) {
    for (int n = 0; n < 2; ++n) {
      scheduler.asked(peer, {piece, n}, now);
      now += 20ms;
      arrive(peer, {piece, n});
    }
  }

  std::map<int, std::set<int>> lacks;
  std::set<int> trusted;
  std::vector<std::pair<int, Block>> asked;
  Time now = Time{} + 1000s;
  Scheduler scheduler;
};

std::vector<Block> blocks(std::vector<std::pair<int, Block>> const& asked) {
  std::vector<Block> result;
  for (auto const& [peer, block] : asked) result.push_back(block);
  return result;
}

TEST(Scheduler, NothingWantedNothingAsked) {
  Bench bench(4);
  bench.scheduler.unchoked(1);
  EXPECT_TRUE(bench.fill().empty());
  EXPECT_FALSE(bench.scheduler.active());
}

TEST(Scheduler, HotBlocksInOrder) {
  Bench bench(4);
  bench.scheduler.unchoked(1);
  bench.scheduler.want({.hot = {2}});
  auto const asked = blocks(bench.fill());
  ASSERT_EQ(asked.size(), 8u);
  for (int n = 0; n < 8; ++n) EXPECT_EQ(asked[static_cast<std::size_t>(n)], (Block{2, n}));
  EXPECT_TRUE(bench.scheduler.active());
  EXPECT_TRUE(bench.fill().empty()) << "asked twice";
}

TEST(Scheduler, ThePartOfAPieceThatIsHotFirst) {
  Bench bench(4);
  bench.scheduler.unchoked(1);
  bench.scheduler.want({.hot = {{1, 5, 7}}, .ahead = {{{1, 3}, 5}}});
  EXPECT_EQ(blocks(bench.fill()), (std::vector<Block>{{1, 5}, {1, 6}, {1, 7}, {2, 0}}));
}

TEST(Scheduler, ThePartBeforeTheReaderComesLast) {
  Bench bench(2);
  bench.scheduler.unchoked(1);
  bench.scheduler.want({.hot = {{0, 6, 8}}, .ahead = {{{0, 1}, 6}}});
  std::vector<Block> order;
  for (int turn = 0; turn < 20; ++turn) {
    for (auto const& [peer, block] : bench.fill()) {
      order.push_back(block);
      bench.now += 10ms;
      bench.arrive(peer, block);
    }
  }
  EXPECT_EQ(order, (std::vector<Block>{{0, 6}, {0, 7}, {0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}}));
}

TEST(Scheduler, KnowsWhatTrustedPeersBring) {
  Bench bench(8);
  EXPECT_EQ(bench.scheduler.trusted_share(), 0);
  for (int const peer : {1, 2, 3, 4}) {
    bench.scheduler.unchoked(peer);
    bench.teach(peer, peer);
  }
  EXPECT_EQ(bench.scheduler.trusted_share(), 0);
  bench.trusted = {2};
  EXPECT_NEAR(bench.scheduler.trusted_share(), 0.25, 0.01);
  bench.scheduler.choked(1, bench.now);
  bench.scheduler.gone(3);
  EXPECT_NEAR(bench.scheduler.trusted_share(), 0.5, 0.01);
}

TEST(Scheduler, WhatMustBeTrustedIsAskedOfWhoIs) {
  Bench bench(4);
  for (int peer : {1, 2, 3}) bench.scheduler.unchoked(peer);
  bench.trusted = {2};
  bench.scheduler.want({.hot = {{0, 0, Hot::all, true}}, .ahead = {{{0, 4}}}});
  for (auto const& [peer, block] : bench.fill()) EXPECT_EQ(peer == 2, block.piece == 0) << block.piece;
  bench.scheduler.choked(2, bench.now);
  int taken = 0;
  for (auto const& [peer, block] : bench.fill()) taken += block.piece == 0;
  EXPECT_GT(taken, 0) << "nobody left whom to trust: the piece is needed all the same";
}

TEST(Scheduler, WhatWasReadEarlyIsFinishedByWhoIsTrusted) {
  Bench bench(2);
  for (int peer : {1, 2}) bench.scheduler.unchoked(peer);
  bench.trusted = {2};
  bench.scheduler.want({.hot = {{0, 2, 4, true}}});
  for (auto const& [peer, block] : bench.fill()) bench.arrive(peer, block);
  bench.scheduler.want({.hot = {1}, .ahead = {{{0, 2}}}});  // the reader went on
  for (auto const& [peer, block] : bench.fill()) EXPECT_TRUE(peer == 2 || block.piece == 1);
  bench.trusted = {};
  bench.scheduler.choked(2, bench.now);
  int taken = 0;
  for (auto const& [peer, block] : bench.fill()) taken += block.piece == 0;
  for (int n = 0; n < piece_blocks; ++n) bench.arrive(1, {1, n});
  for (auto const& [peer, block] : bench.fill()) taken += block.piece == 0;
  EXPECT_GT(taken, 0) << "nobody left whom to trust";
}

TEST(Scheduler, HotBlocksToAllPeers) {
  Bench bench(4);
  for (int peer : {1, 2, 3, 4}) bench.scheduler.unchoked(peer);
  bench.scheduler.want({.hot = {0}});
  std::map<int, int> each;
  for (auto const& [peer, block] : bench.fill()) ++each[peer];
  EXPECT_EQ(each, (std::map<int, int>{{1, 2}, {2, 2}, {3, 2}, {4, 2}}));
}

TEST(Scheduler, ChokedPeersAndThoseWithoutThePieceAreNotAsked) {
  Bench bench(2);
  bench.scheduler.unchoked(1);
  bench.scheduler.unchoked(2);
  bench.scheduler.unchoked(3);
  bench.scheduler.choked(2, bench.now);
  bench.lacks[1] = {0};
  bench.scheduler.want({.hot = {0}});
  for (auto const& [peer, block] : bench.fill()) EXPECT_EQ(peer, 3);
}

TEST(Scheduler, AWindowIsNotExceededByWhatIsNotHot) {
  Bench bench(100);
  bench.scheduler.unchoked(1);
  bench.scheduler.want({.ahead = {{0, 100}}});
  EXPECT_EQ(bench.fill().size(), 4u);
}

TEST(Scheduler, APeersOwnLimitIsKept) {
  Bench bench(10);
  bench.scheduler.unchoked(1);
  bench.scheduler.limit(1, 3);
  bench.scheduler.want({.hot = {0}, .ahead = {{0, 10}}});
  EXPECT_EQ(bench.fill().size(), 3u);
}

TEST(Scheduler, WindowsByTurns) {
  Bench bench(100);
  bench.scheduler.unchoked(1);
  bench.scheduler.want({.ahead = {{0, 10}, {50, 60}}});
  EXPECT_EQ(blocks(bench.fill()), (std::vector<Block>{{0, 0}, {50, 0}, {0, 1}, {50, 1}}));
}

TEST(Scheduler, KeepLast) {
  Bench bench(100);
  bench.scheduler.unchoked(1);
  bench.scheduler.want({.ahead = {{20, 21}}, .keep = PieceRange{0, 100}});
  for (int n = 0; n < 6; ++n) bench.arrive(1, {20, n});
  EXPECT_EQ(blocks(bench.fill()), (std::vector<Block>{{20, 6}, {20, 7}, {0, 0}, {0, 1}}));
}

TEST(Scheduler, WhatIsHereIsNotAsked) {
  Bench bench(3);
  bench.scheduler.unchoked(1);
  bench.scheduler.verified(0);
  bench.scheduler.restored(1, {true, false, true, true, true, true, true, true});
  bench.scheduler.want({.hot = {0, 1}});
  EXPECT_EQ(blocks(bench.fill()), (std::vector<Block>{{1, 1}}));
}

TEST(Scheduler, ChokeRejectAndLeaveOpenBlocksAgain) {
  for (auto const how : {"choke", "gone", "reject"}) {
    Bench bench(1);
    bench.scheduler.unchoked(1);
    bench.scheduler.want({.hot = {0}});
    EXPECT_EQ(bench.fill().size(), 8u);
    bench.scheduler.unchoked(2);
    if (how == std::string("choke")) bench.scheduler.choked(1, bench.now);
    if (how == std::string("gone")) bench.scheduler.gone(1);
    if (how == std::string("reject"))
      for (int n = 0; n < 8; ++n) bench.scheduler.rejected(1, {0, n}, bench.now);
    auto const again = bench.fill();
    EXPECT_EQ(again.size(), 8u) << how;
    for (auto const& [peer, block] : again) EXPECT_EQ(peer, 2) << how;
  }
}

TEST(Scheduler, WhoRejectsRests) {
  Bench bench(1);
  bench.scheduler.unchoked(1);
  bench.scheduler.want({.hot = {0}});
  int times = 0;
  for (int i = 0; i < 1000; ++i) {
    for (auto const& [peer, block] : bench.tick(10ms)) {
      bench.scheduler.rejected(peer, block, bench.now);
      ++times;
    }
  }
  EXPECT_GT(times, 8);
  EXPECT_LT(times, 100);
  EXPECT_TRUE(bench.scheduler.active());
}

// To a slow peer it would look faster for ever.
TEST(Scheduler, WhoChokesWheneverItIsAskedRests) {
  Bench bench(4);
  constexpr int slow = 1, fickle = 2;
  bench.scheduler.unchoked(slow);
  for (int n = 0; n < 4; ++n) {
    bench.scheduler.asked(slow, {0, n}, bench.now);
    bench.now += 500ms;
    bench.arrive(slow, {0, n});
  }
  bench.scheduler.unchoked(fickle);
  bench.scheduler.want({.hot = {2}});
  std::vector<Block> owed;
  auto const end = bench.now + 12s;
  for (auto next = bench.now; bench.now < end;) {
    bool asked_fickle = false;
    for (auto const& [peer, block] : bench.tick(10ms))
      if (peer == slow)
        owed.push_back(block);
      else
        asked_fickle = true;
    if (asked_fickle) {
      bench.scheduler.choked(fickle, bench.now);
      bench.scheduler.unchoked(fickle);
    }
    if (owed.empty()) next = bench.now;
    if (!owed.empty() && bench.now >= next + 500ms) {
      bench.arrive(slow, owed.front());
      owed.erase(owed.begin());
      next = bench.now;
    }
  }
  for (int n = 0; n < piece_blocks; ++n) EXPECT_TRUE(bench.scheduler.blocks().here({2, n})) << n;
}

TEST(Scheduler, ASilentPeersBlocksAreAskedOfAnotherOnce) {
  Bench bench(4);
  bench.scheduler.unchoked(1);
  bench.scheduler.want({.hot = {0}});
  bench.fill();
  bench.scheduler.unchoked(2);
  std::vector<std::pair<int, Block>> again;
  for (int i = 0; i < 300; ++i)
    for (auto const& a : bench.tick(10ms)) {
      again.push_back(a);
      bench.arrive(a.first, a.second);
    }
  EXPECT_EQ(again.size(), 8u);
  for (auto const& [peer, block] : again) EXPECT_EQ(peer, 2);
}

TEST(Scheduler, WhenTheSecondPeerIsSilentTooAThirdIsAsked) {
  Bench bench(1);
  bench.scheduler.unchoked(1);
  bench.scheduler.want({.hot = {0}});
  bench.fill();
  std::set<Block, decltype([](Block a, Block b) { return a.number < b.number; })> third;
  bench.scheduler.unchoked(2);
  for (int i = 0; i < 300; ++i) {
    if (i == 100) bench.scheduler.unchoked(3);
    for (auto const& [peer, block] : bench.tick(10ms)) {
      if (peer != 3) continue;
      third.insert(block);
      bench.arrive(peer, block);
    }
  }
  EXPECT_EQ(third.size(), 8u);
}

TEST(Scheduler, APieceIsNotLeftToOneThatRejectsIt) {
  Bench bench(1);
  bench.scheduler.unchoked(1);
  bench.scheduler.unchoked(2);
  bench.scheduler.want({.hot = {0}});
  for (auto const& [peer, block] : bench.fill()) bench.arrive(peer, block);
  bench.scheduler.restored(0, {});
  bench.scheduler.distrust(0);
  std::set<int> came;
  for (int i = 0; i < 100; ++i)
    for (auto const& [peer, block] : bench.tick(10ms)) {
      if (peer == 1) {
        bench.scheduler.rejected(peer, block, bench.now);
      } else {
        came.insert(block.number);
        bench.arrive(peer, block);
      }
    }
  EXPECT_EQ(came.size(), 8u);
}

TEST(Scheduler, ABlockThatNobodySendsIsAskedAgain) {
  Bench bench(1);
  bench.scheduler.unchoked(1);
  bench.scheduler.want({.hot = {0}});
  EXPECT_EQ(bench.fill().size(), 8u);
  int times = 0;
  for (int i = 0; i < 6000; ++i) times += static_cast<int>(bench.tick(10ms).size());
  EXPECT_GE(times, 1);
  EXPECT_LE(times, 8);  // one at a time: it is a suspect
}

TEST(Scheduler, ALatePeerDoesNotFinishAHotPiece) {
  Bench bench(100);
  bench.scheduler.unchoked(1);
  bench.scheduler.unchoked(2);
  bench.teach(1, 99);  // 20 ms a block
  bench.scheduler.asked(2, {98, 0}, bench.now);
  bench.now += 2s;
  bench.arrive(2, {98, 0});
  bench.scheduler.want({.hot = {0}, .ahead = {{0, 90}}});
  bool ahead = false;
  for (auto const& [peer, block] : bench.fill()) {
    if (peer != 2) continue;
    EXPECT_NE(block.piece, 0);
    ahead = true;
  }
  EXPECT_TRUE(ahead) << "it works further on";
}

TEST(Scheduler, ButTakesWhatOnlyItHas) {
  Bench bench(100);
  bench.scheduler.unchoked(1);
  bench.scheduler.unchoked(2);
  bench.teach(1, 99);
  bench.scheduler.asked(2, {98, 0}, bench.now);
  bench.now += 2s;
  bench.arrive(2, {98, 0});
  bench.lacks[1] = {0};
  bench.scheduler.verified(98);
  bench.scheduler.verified(99);
  bench.scheduler.want({.hot = {0}});
  EXPECT_EQ(bench.fill().size(), 8u);
}

TEST(Scheduler, AFailedPieceComesFromOnePeerAloneThenFromAnother) {
  Bench bench(1);
  for (int peer : {1, 2, 3}) bench.scheduler.unchoked(peer);
  bench.scheduler.want({.hot = {0}});
  for (auto const& [peer, block] : bench.fill()) bench.arrive(peer, block);
  std::set<int> alone;
  for (int round = 0; round < 3; ++round) {
    bench.scheduler.distrust(0);
    EXPECT_TRUE(bench.fill().empty()) << "before libtorrent has thrown it away";
    bench.scheduler.restored(0, {});
    std::set<int> peers;
    for (int i = 0; i < 100 && bench.scheduler.blocks().open_in(0) > 0; ++i)
      for (auto const& [peer, block] : bench.tick(10ms)) {
        peers.insert(peer);
        bench.arrive(peer, block);
      }
    ASSERT_EQ(peers.size(), 1u);
    EXPECT_TRUE(alone.insert(*peers.begin()).second) << "the same peer again";
  }
}

TEST(Scheduler, AFailedPieceDoesNotWaitForASilentPeerWhenAnotherComes) {
  Bench bench(4);
  bench.scheduler.unchoked(1);
  bench.scheduler.want({.hot = {1}, .ahead = {{{1, 2}}}});
  ASSERT_FALSE(bench.fill().empty());
  for (int n = 0; n < 200; ++n) bench.tick(10ms);  // it is silent
  bench.scheduler.want({.hot = {2}, .ahead = {{{2, 3}}}});
  bench.scheduler.distrust(2);
  EXPECT_TRUE(bench.tick(10ms).empty()) << "who owes so much is not asked for more";
  bench.scheduler.unchoked(2);
  std::set<int> asked;
  for (int n = 0; n < 10; ++n)
    for (auto const& [peer, block] : bench.tick(10ms))
      if (block.piece == 2) asked.insert(peer);
  EXPECT_EQ(asked, std::set<int>{2});
}

TEST(Scheduler, PaddingIsNotAsked) {
  Layout const padded({{"a", 0, 20'000}, {"pad", 20'000, 111'072, true}, {"b", 131'072, 131'072}}, 131'072);
  Bench bench(padded);
  bench.scheduler.unchoked(1);
  bench.scheduler.want({.hot = {0}});
  EXPECT_EQ(blocks(bench.fill()), (std::vector<Block>{{0, 0}, {0, 1}}));
}

TEST(Scheduler, PiecesLeftBehindAreFinished) {
  Bench bench(10);
  bench.scheduler.unchoked(1);
  bench.arrive(1, {5, 0});
  bench.scheduler.verified(0);
  bench.scheduler.want({.hot = {0}, .searching = true});
  EXPECT_TRUE(bench.fill().empty()) << "they would be in the way of the next jump";
  bench.scheduler.want({.hot = {0}});
  for (auto const& block : blocks(bench.fill())) EXPECT_EQ(block.piece, 5);
  EXPECT_GT(bench.scheduler.blocks().pending_in(5), 0);
}

TEST(Scheduler, RunsFarAhead) {
  Bench bench(200);
  for (int peer : {1, 2}) {
    bench.scheduler.unchoked(peer);
    bench.teach(peer, 199);
  }
  for (int piece = 0; piece < 40; ++piece) bench.scheduler.verified(piece);
  bench.scheduler.want({.ahead = {{0, 190}}});
  std::map<int, std::vector<int>> each;
  for (auto const& [peer, block] : bench.fill()) each[peer].push_back(block.piece * piece_blocks + block.number);
  ASSERT_EQ(each.size(), 2u);
  for (auto const& [peer, numbers] : each) EXPECT_EQ(numbers[1], numbers[0] + 1) << peer;
}

}  // namespace
}  // namespace swarm
