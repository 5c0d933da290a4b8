// SPDX-License-Identifier: LGPL-2.1-or-later
// The Scheduler in simulated swarms: random lines, chokes, losses, lies, departures. No clock, no threads.
#include "swarm/scheduler.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <queue>
#include <random>
#include <set>
#include <vector>

namespace swarm {

namespace {

using Time = Scheduler::Time;
using Seconds = PeerWindow::Seconds;

struct Faults {
  bool lines = true;  ///< of all kinds, else equal ones
  bool chokes = false;
  bool losses = false;
  bool lies = false;
  bool departures = false;
  bool stalls = false;
  bool partial = false;
};

class Simulation : Scheduler::Mediator {
 public:
  Simulation(unsigned seed, Faults const& faults)
      : random_(seed), faults_(faults), layout_(random_layout()), scheduler_(layout_, *this) {
    int const peers = pick(1, 12);
    for (int id = 0; id < peers; ++id) add_peer(id);
    needed_ = layout_.total_size();
  }

  void run() {
    change_readers();
    at(0.01, [this] { tick(); });
    while (!events_.empty() && verified_ < layout_.piece_count() && now_ < 3600 && !testing::Test::HasFailure()) {
      auto const event = events_.top();
      events_.pop();
      now_ = event.time;
      event.run();
      scheduler_.fill(time());
    }
    EXPECT_EQ(verified_, layout_.piece_count()) << "at " << now_ << " s";
  }

  [[nodiscard]] std::int64_t needed() const { return needed_; }
  [[nodiscard]] std::int64_t received() const { return received_; }
  [[nodiscard]] std::int64_t failed() const { return failed_; }

 private:
  struct Peer {
    double rate = 1e6;
    double delay = 0.02;
    double free_at = 0;
    double loss = 0;
    double lie = 0;
    bool good = false;  ///< the one that can be relied on
    bool unchoked = false;
    bool fast = true;  ///< tells what it drops
    bool stalled = false;
    bool gone = false;
    int turn = 0;  ///< counts chokes: what was asked before is dropped
    std::set<int> lacks;
    std::set<Block> owes;
  };
  struct Event {
    double time;
    int order;
    std::function<void()> run;
    bool operator<(Event const& other) const { return std::pair(time, order) > std::pair(other.time, other.order); }
  };

  int pick(int least, int most) { return std::uniform_int_distribution(least, most)(random_); }
  double pick(double least, double most) { return std::uniform_real_distribution(least, most)(random_); }
  bool chance(double p) { return pick(0.0, 1.0) < p; }
  [[nodiscard]] Time time() const {
    return Time{} + std::chrono::seconds(1000) + std::chrono::duration_cast<Time::duration>(Seconds(now_));
  }
  void at(double delay, std::function<void()> run) { events_.push({now_ + delay, order_++, std::move(run)}); }

  Layout random_layout() {
    auto const piece = std::int64_t{16384} << pick(0, 6);
    auto const size = std::max<std::int64_t>(1, piece * pick(1, 40) - pick(0, static_cast<int>(piece) - 1));
    return {{{"film", 0, size}}, piece};
  }

  void add_peer(int id) {
    auto& peer = peers_[id];
    peer.good = id == 0;
    if (faults_.lines) {
      peer.rate = std::exp(pick(std::log(20e3), std::log(20e6)));
      peer.delay = pick(0.0005, 0.2);
      peer.fast = chance(0.7);
    }
    if (!peer.good) {
      if (faults_.losses && chance(0.3)) peer.loss = pick(0.0, 0.2);
      if (faults_.lies && chance(0.3)) peer.lie = pick(0.0, 0.5);
      if (faults_.partial && chance(0.5))
        for (int piece = 0; piece < layout_.piece_count(); ++piece)
          if (chance(0.7)) peer.lacks.insert(piece);
      if (faults_.departures && chance(0.5)) at(pick(0.0, 10.0), [this, id] { leave(id); });
      if (faults_.stalls && chance(0.4)) at(pick(0.0, 10.0), [this, id] { peers_[id].stalled = true; });
    }
    if (faults_.chokes && chance(0.7)) at(pick(0.1, 5.0), [this, id] { choke(id); });
    at(pick(0.0, 1.0), [this, id] { unchoke(id); });
  }

  void unchoke(int id) {
    auto& peer = peers_[id];
    if (peer.gone) return;
    peer.unchoked = true;
    scheduler_.unchoked(id);
  }
  void choke(int id) {
    auto& peer = peers_[id];
    if (peer.gone) return;
    peer.unchoked = false;
    ++peer.turn;
    auto const dropped = std::exchange(peer.owes, {});
    peer.free_at = now_;
    scheduler_.choked(id, time());
    if (peer.fast)
      for (auto const& block : dropped) scheduler_.rejected(id, block, time());
    at(pick(0.1, 4.0), [this, id] { unchoke(id); });
    at(pick(5.0, 15.0), [this, id] { choke(id); });
  }
  void leave(int id) {
    auto& peer = peers_[id];
    peer.gone = true;
    peer.unchoked = false;
    ++peer.turn;
    scheduler_.gone(id);
  }

  // Scheduler::Mediator
  bool has(int id, int piece) const override { return !peers_.at(id).lacks.contains(piece); }
  bool trusts(int id) const override { return id % 2 == 0; }
  void ask(int id, Block block) override {
    auto& peer = peers_[id];
    ASSERT_TRUE(peer.unchoked && !peer.gone);
    ASSERT_TRUE(has(id, block.piece));
    ASSERT_TRUE(scheduler_.blocks().valid(block));
    ASSERT_FALSE(scheduler_.blocks().here(block));
    // Of a second peer when the first is late, of a third when both are: never of one that owes it.
    ASSERT_LE(scheduler_.blocks().asked(block), static_cast<int>(peers_.size()));
    if (peer.stalled || chance(peer.loss)) return;
    peer.owes.insert(block);
    auto const size = layout_.block_size(block.piece, block.number);
    peer.free_at = std::max(peer.free_at, now_ + peer.delay) + size / peer.rate;
    at(peer.free_at + peer.delay - now_, [this, id, block, turn = peer.turn] { arrive(id, block, turn); });
  }

  void arrive(int id, Block block, int turn) {
    auto& peer = peers_[id];
    if (peer.turn != turn || peer.stalled) return;
    peer.owes.erase(block);
    auto const size = layout_.block_size(block.piece, block.number);
    received_ += size;
    bool const known = scheduler_.blocks().here(block);
    scheduler_.arrived(id, block, size, time());
    if (known) return;
    auto& from = from_[block.piece];
    from[block.number] = {id, chance(peer.lie)};
    if (static_cast<int>(from.size()) == layout_.blocks_in(block.piece))
      at(0.002, [this, piece = block.piece] { hash(piece); });
  }

  void hash(int piece) {
    auto const from = std::exchange(from_[piece], {});
    bool wrong = false;
    std::set<int> sources;
    for (auto const& [number, source] : from) {
      wrong = wrong || source.second;
      sources.insert(source.first);
    }
    if (!wrong) {
      scheduler_.verified(piece);
      ++verified_;
      return;
    }
    failed_ += layout_.piece_size(piece);
    scheduler_.distrust(piece);
    at(0.001, [this, piece] { scheduler_.restored(piece, {}); });
    if (sources.size() == 1) leave(*sources.begin());
  }

  void tick() {
    if (scheduler_.active()) scheduler_.tick(time());
    at(0.01, [this] { tick(); });
  }

  // Readers jump about, and all is kept: so in the end everything has to come.
  void change_readers() {
    std::vector<ReaderWants> readers;
    for (int n = pick(0, 3); n > 0; --n) {
      auto const size = layout_.total_size();
      auto const position = static_cast<std::int64_t>(pick(0.0, 1.0) * static_cast<double>(size - 1));
      readers.push_back(
          {0, {{position, std::min(size, position + pick(1, 32 << 20)), true}}, chance(0.7), chance(0.5), chance(0.5)});
    }
    scheduler_.want(demand(layout_, readers, 0));
    at(pick(0.05, 3.0), [this] { change_readers(); });
  }

  std::mt19937 random_;
  Faults const faults_;
  Layout const layout_;
  Scheduler scheduler_;
  std::map<int, Peer> peers_;
  std::priority_queue<Event> events_;
  std::map<int, std::map<int, std::pair<int, bool>>> from_;
  double now_ = 0;
  int order_ = 0;
  int verified_ = 0;
  std::int64_t needed_ = 0;
  std::int64_t received_ = 0;
  std::int64_t failed_ = 0;
};

struct Row {
  char const* name;
  Faults faults;
  double waste;  ///< bytes that came twice, as a share of all, over all swarms of the row
};
void PrintTo(Row const& row, std::ostream* out) { *out << row.name; }
class SchedulerSwarms : public testing::TestWithParam<Row> {};

TEST_P(SchedulerSwarms, EverythingArrives) {
  auto const& row = GetParam();
  double needed = 0;
  double twice = 0;
  for (unsigned seed = 0; seed < 400 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Simulation simulation(seed, row.faults);
    simulation.run();
    needed += static_cast<double>(simulation.needed());
    twice += static_cast<double>(simulation.received() - simulation.needed() - simulation.failed());
  }
  RecordProperty("waste", std::to_string(twice / needed));
  EXPECT_LE(twice / needed, row.waste);
}

Row const rows[] = {
    {"Equal", {.lines = false}, 0.001},
    {"AllKindsOfLines", {}, 0.05},
    {"Chokes", {.chokes = true}, 0.05},
    {"Losses", {.losses = true}, 0.05},
    {"Lies", {.lies = true}, 0.1},
    {"Departures", {.departures = true}, 0.05},
    {"Stalls", {.stalls = true}, 0.05},
    {"Partial", {.partial = true}, 0.05},
    {"AllAtOnce",
     {.chokes = true, .losses = true, .lies = true, .departures = true, .stalls = true, .partial = true},
     0.1},
};
INSTANTIATE_TEST_SUITE_P(Table, SchedulerSwarms, testing::ValuesIn(rows), [](auto const& i) { return i.param.name; });

}  // namespace
}  // namespace swarm
