// SPDX-License-Identifier: LGPL-2.1-or-later
// What the Scheduler does about blocks that do not come, and about wrong ones.
#include "swarm/scheduler.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace swarm {
namespace {

using namespace std::chrono_literals;
using Seconds = PeerWindow::Seconds;

constexpr double patience = 1.5;       ///< of the time expected, then another peer is asked too
constexpr Seconds cold_patience = 4s;  ///< the same at least, for blocks that nobody needs soon
constexpr Seconds longest_wait = 30s;  ///< then a request counts as lost

}  // namespace

void Scheduler::tick(Time now) {
  for (auto& entry : peers_) {
    auto& peer = entry.second;
    if (peer.rejections > 0 && now >= peer.rests_until + 10s) peer.rejections = 0;
    if (peer.requests.empty()) continue;
    give_up(entry, now);
    if (!peer.suspect && !peer.requests.empty() && peer.window.silent_too_long(peer.requests.front().sent.at, now)) {
      peer.suspect = true;
      peer.run = {};
      retries_.release(entry.first);
      ++generation_;
    }
  }
  for (auto& entry : peers_) hedge(entry, now);
  fill(now);
}

void Scheduler::give_up(Entry& entry, Time now) {
  auto& peer = entry.second;
  bool opened = false;
  while (!peer.requests.empty()) {
    auto const& oldest = peer.requests.front();
    if (Seconds(now - oldest.sent.at) < std::max(longest_wait, 4 * oldest.sent.expected)) break;
    opened = blocks_.forget(oldest.block) || opened;
    peer.requests.pop_front();
    peer.suspect = true;  // one that lost all its requests must not look like one that owes nothing
    retries_.release(entry.first);
  }
  if (opened) reopened();
}

bool Scheduler::Peer::owes(Block block) const {
  return std::any_of(requests.begin(), requests.end(), [&](auto const& request) { return request.block == block; });
}

bool Scheduler::overdue(Block block, Time now) const {
  for (auto const& [id, peer] : peers_)
    for (auto const& request : peer.requests)
      if (request.block == block && Seconds(now - request.sent.at) < patience * request.sent.expected) return false;
  return true;
}

void Scheduler::hedge(Entry& entry, Time now) {
  auto& peer = entry.second;
  // Requests are in order of time: hot ones may be anywhere.
  for (std::size_t i = 0; i < peer.requests.size(); ++i) {
    auto const& request = peer.requests[i];
    auto const age = Seconds(now - request.sent.at);
    auto const block = request.block;
    bool const hot = hot_in(block.piece).contains(index_of(block));
    bool const chosen = !hot || !request.by_others;
    if (chosen && age < patience * request.sent.expected) continue;
    if (!hot && age < cold_patience) continue;
    // The second one may stand still, too.
    if (blocks_.here(block) || (blocks_.asked(block) > 1 && !overdue(block, now))) continue;
    auto* other = earliest(block.piece, now, &block);
    if (!other || other->second.suspect) continue;
    if (chosen || peer.suspect || eta(other->second, now) < request.sent.expected - age) ask(*other, block, now);
  }
}

void Scheduler::choose_alone(Time now) {
  auto const chosen = retries_.choose_each([&](int piece, std::set<PeerId> const& tried) {
    PeerId best = Retries::nobody;
    auto best_rank = std::tuple(true, true, Seconds::max());
    for (auto const& [id, peer] : peers_) {
      if (!ready(peer, now) || !mediator_.has(id, piece)) continue;
      auto const rank = std::tuple(peer.suspect, tried.contains(id), eta(peer, now));
      if (rank >= best_rank) continue;
      best = id;
      best_rank = rank;
    }
    return best;
  });
  if (chosen) ++generation_;
}

}  // namespace swarm
