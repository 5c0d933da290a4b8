// SPDX-License-Identifier: LGPL-2.1-or-later
// Many readers who all wait, at different places of one film: the Scheduler on simulated lines. No clock, no threads.
#include "swarm/scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <vector>

namespace swarm {
namespace {

using Seconds = PeerWindow::Seconds;

constexpr std::int64_t MiB = 1 << 20;
constexpr int pieces_each = 400;

/// Peers of the same rate, each behind a line of its own.
class Crowd : Scheduler::Mediator {
 public:
  Crowd(int readers, int peers, double rate, double round_trip)
      : layout_({{"film", 0, std::int64_t{readers} * pieces_each * MiB}}, MiB),
        scheduler_(layout_, *this),
        rate_(rate),
        round_trip_(round_trip),
        free_at_(static_cast<std::size_t>(peers)) {
    for (int n = 0; n < readers; ++n) readers_.push_back({n * pieces_each, 0, 0});
    want();
    for (int id = 0; id < peers; ++id) scheduler_.unchoked(id);
    tick();
  }

  /// Bytes/s of all peers until then.
  double run(double seconds) {
    auto const before = received_;
    for (auto const end = now_ + seconds; events_.top().at < end;) {
      auto const event = events_.top();
      events_.pop();
      now_ = event.at;
      event.run();
      scheduler_.fill(time());
    }
    return static_cast<double>(received_ - before) / seconds;
  }
  [[nodiscard]] double longest_wait() const {
    return std::ranges::max_element(readers_, {}, &Reader::longest)->longest;
  }

 private:
  struct Reader {
    int piece;
    double since;  ///< it waits
    double longest;
  };
  struct Event {
    double at;
    int order;
    std::function<void()> run;
    bool operator<(Event const& other) const { return std::pair(at, order) > std::pair(other.at, other.order); }
  };

  [[nodiscard]] Scheduler::Time time() const {
    return Scheduler::Time{} + std::chrono::seconds(1000) +
           std::chrono::duration_cast<Scheduler::Time::duration>(Seconds(now_));
  }
  void at(double when, std::function<void()> run) { events_.push({when, order_++, std::move(run)}); }
  void tick() {
    scheduler_.tick(time());
    at(now_ + 0.01, [this] { tick(); });
  }
  /// As demand() would: who has waited longest comes first.
  void want() {
    auto order = readers_;
    std::ranges::stable_sort(order, {}, &Reader::since);
    Wants wants;
    for (auto const& reader : order) {
      wants.hot.emplace_back(reader.piece);
      wants.ahead.push_back({{reader.piece, reader.piece + 32}});
    }
    scheduler_.want(wants);
  }
  void arrive(int id, Block block) {
    received_ += block_bytes;
    scheduler_.arrived(id, block, static_cast<int>(block_bytes), time());
    if (scheduler_.blocks().open_in(block.piece) > 0 || scheduler_.blocks().pending_in(block.piece) > 0) return;
    scheduler_.verified(block.piece);
    for (auto& reader : readers_)
      if (reader.piece == block.piece) {
        reader.longest = std::max(reader.longest, now_ - reader.since);
        reader.since = now_;
        while (scheduler_.blocks().verified(reader.piece)) ++reader.piece;
      }
    want();
  }

  // Scheduler::Mediator
  bool has(int, int) const override { return true; }
  bool trusts(int) const override { return true; }
  void ask(int id, Block block) override {
    auto& free = free_at_[static_cast<std::size_t>(id)];
    free = std::max(free, now_ + round_trip_ / 2) + block_bytes / rate_;
    at(free + round_trip_ / 2, [this, id, block] { arrive(id, block); });
  }

  Layout layout_;
  Scheduler scheduler_;
  double rate_, round_trip_;
  std::vector<double> free_at_;
  std::vector<Reader> readers_;
  std::priority_queue<Event> events_;
  int order_ = 0;
  double now_ = 0;
  std::int64_t received_ = 0;
};

// Who waits is asked for beyond the peers' windows: no peer must stay small because its line never runs empty.
TEST(SchedulerCrowd, TheLinesStayFull) {
  Crowd crowd(10, 5, 2.5e6, 0.04);
  crowd.run(5);
  for (int part = 0; part < 6; ++part) EXPECT_GT(crowd.run(10), 0.95 * 5 * 2.5e6) << "after " << 5 + 10 * part << " s";
  EXPECT_LT(crowd.longest_wait(), 2);
}

TEST(SchedulerCrowd, OneLineStaysFull) {
  Crowd crowd(4, 1, 2.5e6, 0.04);
  crowd.run(5);
  for (int part = 0; part < 6; ++part) EXPECT_GT(crowd.run(10), 0.95 * 2.5e6) << "after " << 5 + 10 * part << " s";
}

}  // namespace
}  // namespace swarm
