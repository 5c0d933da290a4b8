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

constexpr double patience = 1.5;         ///< of the time expected, then another peer is asked too
constexpr Seconds cold_patience = 4s;    ///< the same at least, for blocks that nobody needs soon
constexpr Seconds hot_patience = 500ms;  ///< and twice that, where another peer would be much faster
constexpr Seconds longest_alone = 1s;    ///< and then for another one that would take as long as it has
constexpr Seconds longest_wait = 30s;    ///< then a request counts as lost

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
  leave_late(now);
  choose_alone(now);
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

bool Scheduler::overdue(Peer const& peer, Request const& request, Seconds other, Time now) const {
  auto const age = Seconds(now - request.sent.at);
  auto const expected = request.sent.expected;
  // Also the part of a hot piece that is not: somebody may have to wait for all of it.
  if (!hot_in_.contains(request.block.piece)) return age >= std::max(patience * expected, cold_patience);
  if (peer.suspect || age >= patience * expected) return true;
  // What is expected of a line that was fast, or of one that sends little by little, may be far away.
  return (age >= hot_patience && age + 2 * other < peer.window.smoothed()) ||
         (age >= 2 * hot_patience && age + 2 * other < expected);
}

bool Scheduler::overdue_everywhere(Block block, Seconds other, Time now) const {
  for (auto const& [id, peer] : peers_)
    for (auto const& request : peer.requests)
      if (request.block == block && !overdue(peer, request, other, now)) return false;
  return true;
}

void Scheduler::hedge(Entry& entry, Time now) {
  auto& peer = entry.second;
  // Requests are in order of time: hot ones may be anywhere.
  for (std::size_t i = 0; i < peer.requests.size(); ++i) {
    auto const& request = peer.requests[i];
    auto const block = request.block;
    bool const unweighed = request.by_others && hot_in(block.piece).contains(index_of(block));
    if (blocks_.here(block) || (!unweighed && !overdue(peer, request, Seconds(0), now))) continue;
    auto* other = earliest(block.piece, now, &block);
    if (!other || other->second.suspect) continue;
    auto const soon = eta(other->second, now);
    auto const left = request.sent.expected - Seconds(now - request.sent.at);
    if (!overdue(peer, request, soon, now) && !(unweighed && soon < left)) continue;
    // The second one may stand still, too.
    if (blocks_.asked(block) > 1 && !overdue_everywhere(block, soon, now)) continue;
    ask(*other, block, now);
  }
}

Seconds Scheduler::eta_of_all(Peer const& peer, int piece, Time now) const {
  auto const owed = std::count_if(peer.requests.begin(), peer.requests.end(),
                                  [&](auto const& request) { return request.block.piece == piece; });
  auto const more = blocks_.open_in(piece) + blocks_.pending_in(piece) - static_cast<int>(owed);
  auto const rest = peer.window.eta(static_cast<int>(peer.requests.size()) + std::max(more - 1, 0));
  return std::max(eta(peer, now), rest);
}

// Rather one that has not tried it, then who would have all of it first.
Scheduler::PeerId Scheduler::best_alone(int piece, PeerId left, std::set<PeerId> const& tried, Time now) const {
  PeerId best = Retries::nobody;
  auto best_rank = std::tuple(true, true, true, Seconds::max());
  for (auto const& [id, peer] : peers_) {
    if (!ready(peer, now) || !mediator_.has(id, piece)) continue;
    auto const rank = std::tuple(peer.suspect, id == left, tried.contains(id), eta_of_all(peer, piece, now));
    if (rank >= best_rank) continue;
    best = id;
    best_rank = rank;
  }
  return best;
}

void Scheduler::choose_alone(Time now) {
  if (retries_.choose_each(
          now, [&](int piece, PeerId left, auto const& tried) { return best_alone(piece, left, tried, now); }))
    ++generation_;
}

// Who spoiled a piece is found out later, if need be: nobody must wait for the one that was chosen.
void Scheduler::leave_late(Time now) {
  retries_.leave_if([&](int piece, PeerId id, Time since) {
    auto const found = peers_.find(id);
    if (found == peers_.end()) return false;
    auto const& chosen = found->second;
    auto const age = Seconds(now - since);
    auto const late = [&](Seconds other) {
      return std::any_of(chosen.requests.begin(), chosen.requests.end(), [&](auto const& request) {
        return request.block.piece == piece && overdue(chosen, request, other, now);
      });
    };
    if (!chosen.suspect && (age < hot_patience || !late(Seconds(0)))) return false;
    auto soon = Seconds::max();
    for (auto const& [other, peer] : peers_)
      if (other != id && !peer.suspect && ready(peer, now) && mediator_.has(other, piece))
        soon = std::min(soon, eta_of_all(peer, piece, now));
    if (soon == Seconds::max()) return false;
    // A suspect was chosen when there was no other.
    return chosen.suspect || (soon <= std::max(age, longest_alone) && late(soon));
  });
}

}  // namespace swarm
