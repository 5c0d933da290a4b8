// SPDX-License-Identifier: LGPL-2.1-or-later
// The Scheduler's events. What it decides is in scheduler_fill.cpp.
#include "swarm/scheduler.hpp"

#include <algorithm>

namespace swarm {
namespace {

using namespace std::chrono_literals;

constexpr auto shortest_rest = 250ms;
constexpr int most_doublings = 5;

}  // namespace

Scheduler::Scheduler(Layout const& layout, Mediator& mediator) : blocks_(layout), mediator_(mediator) {}

void Scheduler::want(Wants const& wants) {
  hot_ = wants.hot;
  hot_in_.clear();
  for (auto& hot : hot_) {
    auto const range = whole(hot.piece);
    hot.end = static_cast<int>(std::min<std::int64_t>(hot.end, range.end - range.begin));
    hot_in_[hot.piece] = {range.begin + hot.begin, range.begin + hot.end};
    if (hot.trusted && !blocks_.verified(hot.piece)) early_.insert(hot.piece);
  }

  auto const lane = [&](Stretch const& pieces) {
    Lane lane;
    lane.begin = lane.cursor = index_of({pieces.first, pieces.skip});
    lane.end = index_of({pieces.last, 0});
    return lane;
  };
  lanes_.clear();
  for (auto const& pieces : wants.ahead) lanes_.push_back(lane(pieces));
  searching_ = wants.searching;
  keep_ = wants.keep ? lane({*wants.keep}) : Lane{};
  ++generation_;
}

void Scheduler::unchoked(PeerId id) {
  auto& peer = peers_[id];
  peer.unchoked = true;
  peer.gave = false;
  peer.sated = 0;
}

void Scheduler::choked(PeerId id, Time now) {
  auto& peer = peers_[id];
  peer.unchoked = false;
  // It may unchoke at once, and so take the same blocks for ever that a slower one would bring.
  if (!peer.requests.empty() && !peer.gave) refused(peer, now);
  drop_requests(peer);
  retries_.release(id);
}

void Scheduler::gone(PeerId id) {
  auto const found = peers_.find(id);
  if (found == peers_.end()) return;
  drop_requests(found->second);
  retries_.release(id);
  peers_.erase(found);
}

void Scheduler::got_more(PeerId id) {
  if (auto const found = peers_.find(id); found != peers_.end()) found->second.sated = 0;
}

void Scheduler::limit(PeerId id, int most) { peers_[id].limit = std::max(most, 1); }

void Scheduler::rejected(PeerId id, Block block, Time now) {
  auto const entry = peers_.find(id);
  if (entry == peers_.end()) return;
  auto& peer = entry->second;
  auto const found =
      std::find_if(peer.requests.begin(), peer.requests.end(), [&](auto const& r) { return r.block == block; });
  if (found == peer.requests.end()) return;
  peer.requests.erase(found);
  peer.suspect = false;
  if (blocks_.forget(block)) reopened();
  retries_.release(id);
  refused(peer, now);
}

// One that refuses what it could give is not asked on and on.
void Scheduler::refused(Peer& peer, Time now) {
  peer.rests_until = now + shortest_rest * (1 << std::min(peer.rejections++, most_doublings));
}

void Scheduler::asked(PeerId id, Block block, Time now) {
  if (!blocks_.valid(block)) return;
  auto& peer = peers_[id];
  peer.requests.push_back({block, peer.window.sent(now, static_cast<int>(peer.requests.size())), true});
  blocks_.ask(block);
}

void Scheduler::arrived(PeerId id, Block block, int bytes, Time now) {
  if (!blocks_.valid(block)) return;
  auto& peer = peers_[id];
  peer.suspect = false;
  peer.rejections = 0;
  peer.gave = true;
  peer.sated = 0;
  auto const found =
      std::find_if(peer.requests.begin(), peer.requests.end(), [&](auto const& r) { return r.block == block; });
  if (found != peer.requests.end()) {
    peer.window.arrived(found->sent, bytes, now);
    peer.requests.erase(found);
    blocks_.forget(block);
  }
  blocks_.arrive(block);
}

void Scheduler::verified(int piece) {
  if (piece < 0 || piece >= blocks_.pieces()) return;
  blocks_.verify(piece);
  retries_.done(piece);
  early_.erase(piece);
}

void Scheduler::restored(int piece, std::vector<bool> const& here) {
  if (piece < 0 || piece >= blocks_.pieces() || blocks_.verified(piece)) return;
  blocks_.restore(piece, here);
  reopened();
}

void Scheduler::distrust(int piece) {
  retries_.add(piece);
  early_.erase(piece);
  ++generation_;
}

bool Scheduler::active() const {
  return std::any_of(peers_.begin(), peers_.end(),
                     [](auto const& entry) { return !entry.second.requests.empty() || entry.second.rejections > 0; });
}

double Scheduler::trusted_share() const {
  double all = 0, trusted = 0;
  for (auto const& [id, peer] : peers_) {
    if (!peer.unchoked || peer.suspect) continue;
    all += peer.window.rate();
    if (mediator_.trusts(id)) trusted += peer.window.rate();
  }
  return all > 0 ? trusted / all : 0;
}

void Scheduler::drop_requests(Peer& peer) {
  bool opened = false;
  for (auto const& request : peer.requests) opened = blocks_.forget(request.block) || opened;
  peer.requests.clear();
  peer.suspect = false;
  peer.run = {};
  if (opened) reopened();
  ++generation_;  // it may have been the one who was to be trusted
}

void Scheduler::reopened() {
  for (auto& lane : lanes_) lane.cursor = lane.begin;
  keep_.cursor = keep_.begin;
  ++generation_;
}

}  // namespace swarm
