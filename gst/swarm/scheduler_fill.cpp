// SPDX-License-Identifier: LGPL-2.1-or-later
// What the Scheduler asks for, and of whom.
#include "swarm/scheduler.hpp"

#include <algorithm>

namespace swarm {
namespace {

using namespace std::chrono_literals;
using Seconds = PeerWindow::Seconds;

constexpr int urgent = 32;           ///< hot blocks under way that may exceed the peers' windows
constexpr Seconds late = 150ms;      ///< a peer so much later than the best one works further ahead
constexpr Seconds hot_slack = 30ms;  ///< how much a peer may be the last to finish a hot piece
constexpr std::int64_t near_bytes = 4 << 20;
constexpr std::int64_t longest_run = 64;
constexpr Seconds suspect_penalty = 3s;

}  // namespace

Block Scheduler::block_at(std::int64_t index) const {
  return {static_cast<int>(index / blocks_.per_piece()), static_cast<int>(index % blocks_.per_piece())};
}

std::int64_t Scheduler::index_of(Block block) const {
  return std::int64_t{block.piece} * blocks_.per_piece() + block.number;
}

Scheduler::Run Scheduler::whole(int piece) const { return {index_of({piece, 0}), index_of({piece + 1, 0})}; }

Scheduler::Run Scheduler::hot_in(int piece) const {
  auto const found = hot_in_.find(piece);
  return found == hot_in_.end() ? Run{} : found->second;
}

int Scheduler::pending(Run run) const {
  int const piece = block_at(run.begin).piece;
  if (auto const all = whole(piece); run.begin == all.begin && run.end == all.end) return blocks_.pending_in(piece);
  int count = 0;
  for (auto index = run.begin; index < run.end; ++index)
    if (auto const block = block_at(index); blocks_.valid(block) && !blocks_.here(block) && blocks_.asked(block) > 0)
      ++count;
  return count;
}

bool Scheduler::ready(Peer const& peer, Time now) const { return peer.unchoked && now >= peer.rests_until; }

bool Scheduler::usable(Entry const& entry, int piece, Time now) const {
  return gives(entry, piece, now) && (mediator_.trusts(entry.first) || !left_to_trusted(piece, now));
}

bool Scheduler::gives(Entry const& entry, int piece, Time now) const {
  return ready(entry.second, now) && retries_.allows(entry.first, piece) && mediator_.has(entry.first, piece);
}

// What is read early is as good as its peers, unless others spoil the rest of its piece.
bool Scheduler::left_to_trusted(int piece, Time now) const {
  if (!early_.contains(piece) || retries_.chosen(piece)) return false;
  return std::any_of(peers_.begin(), peers_.end(), [&](auto const& entry) {
    return !entry.second.suspect && ready(entry.second, now) && mediator_.trusts(entry.first) &&
           mediator_.has(entry.first, piece);
  });
}

Seconds Scheduler::eta(Peer const& peer, Time now) const {
  auto eta = peer.window.eta(static_cast<int>(peer.requests.size()));
  if (peer.suspect) return eta + suspect_penalty;
  if (peer.requests.empty()) return eta;
  if (peer.window.probing()) eta += peer.window.smoothed();
  auto const silence = peer.window.silence(peer.requests.front().sent.at, now);
  if (silence > 2 * std::max<Seconds>(peer.window.smoothed(), 50ms)) eta += 2 * silence;
  return eta;
}

Scheduler::Outlook Scheduler::look(Time now) const {
  Outlook outlook{Seconds::max(), 0};
  for (auto const& [id, peer] : peers_) {
    if (!ready(peer, now)) continue;
    outlook.best = std::min(outlook.best, eta(peer, now));
    outlook.rate += peer.window.rate();
  }
  return outlook;
}

int Scheduler::room(Peer const& peer) const {
  int const window = peer.suspect ? 1 : std::min(peer.window.size(), peer.limit);
  return window - static_cast<int>(peer.requests.size());
}

Scheduler::Entry* Scheduler::earliest(int piece, Time now, Block const* not_owed) {
  Entry* best = nullptr;
  auto best_eta = Seconds::max();
  bool const only_trusted = left_to_trusted(piece, now);
  for (auto& entry : peers_) {
    auto const& peer = entry.second;
    if (static_cast<int>(peer.requests.size()) >= peer.limit || !gives(entry, piece, now)) continue;
    if (only_trusted && !mediator_.trusts(entry.first)) continue;
    if (not_owed && peer.owes(*not_owed)) continue;
    if (auto const e = eta(peer, now); e < best_eta) {
      best = &entry;
      best_eta = e;
    }
  }
  return best;
}

void Scheduler::ask(Entry& entry, Block block, Time now) {
  auto& peer = entry.second;
  peer.requests.push_back({block, peer.window.sent(now, static_cast<int>(peer.requests.size()))});
  blocks_.ask(block);
  mediator_.ask(entry.first, block);
}

void Scheduler::fill(Time now) {
  choose_alone(now);
  ask_urgent(now);
  for (bool any = true; any;) {
    any = false;
    auto const outlook = look(now);
    for (auto& entry : peers_)
      if (room(entry.second) > 0 && ready(entry.second, now) && ask_one(entry, outlook, now)) any = true;
  }
}

// At a seek each peer's window may be full of what nobody wants any more; and a peer just met has a small one.
void Scheduler::ask_urgent(Time now) {
  int budget = urgent;
  for (auto const& hot : hot_) {
    if (blocks_.verified(hot.piece)) continue;
    auto const range = hot_in(hot.piece);
    budget -= pending(range);
    for (auto index = range.begin; budget > 0 && blocks_.open_in(hot.piece) > 0 && index < range.end; ++index) {
      auto const block = block_at(index);
      if (!blocks_.valid(block) || !blocks_.open(block)) continue;
      auto* best = earliest(hot.piece, now);
      if (!best || best->second.suspect) break;
      ask(*best, block, now);
      --budget;
    }
    if (budget <= 0) return;
  }
}

bool Scheduler::ask_one(Entry& entry, Outlook const& outlook, Time now) {
  auto& peer = entry.second;
  if (peer.sated == generation_) return false;
  bool postponed = false;
  if (ask_hot(entry, outlook, now, postponed) || ask_lanes(entry, outlook, now) || ask_begun(entry, now)) return true;
  advance(keep_);
  for (bool const mind_runs : {true, false})
    if (ask_in(entry, keep_, keep_.cursor, now, mind_runs)) return true;
  if (!postponed) peer.sated = generation_;
  return false;
}

// A hot piece is of use when its last block is here: who would bring that late must not take it.
bool Scheduler::ask_hot(Entry& entry, Outlook const& outlook, Time now, bool& postponed) {
  auto& peer = entry.second;
  for (auto const& hot : hot_) {
    if (blocks_.open_in(hot.piece) == 0 || !usable(entry, hot.piece, now)) continue;
    auto const* best = earliest(hot.piece, now);
    if (best && &best->second != &peer) {
      auto const open = std::min(blocks_.open_in(hot.piece), hot.end - hot.begin);
      auto const rest = Seconds(open * double{block_bytes} / std::max(outlook.rate, 1.0));
      if ((peer.suspect && !best->second.suspect) ||
          eta(peer, now) > eta(best->second, now) + std::min<Seconds>(rest, 1h) + hot_slack) {
        postponed = true;
        continue;
      }
    }
    auto const index = find(entry, hot_in(hot.piece), now, hot_too);
    if (index < 0) continue;
    ask(entry, block_at(index), now);
    return true;
  }
  return false;
}

bool Scheduler::ask_lanes(Entry& entry, Outlook const& outlook, Time now) {
  auto& peer = entry.second;
  auto const delay = eta(peer, now) - outlook.best;
  std::int64_t skip = 0;
  if (delay > late) skip = static_cast<std::int64_t>(std::min(delay.count() * outlook.rate / block_bytes, 1e12));
  for (bool const mind_runs : {true, false})
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      auto& lane = lanes_[(turn_ + i) % lanes_.size()];
      advance(lane);
      auto const from = std::max(lane.cursor, lane.begin + std::min(skip, (lane.end - lane.begin) / 2));
      if (ask_in(entry, lane, from, now, mind_runs) ||
          (from > lane.cursor && ask_in(entry, lane, lane.cursor, now, mind_runs))) {
        turn_ = (turn_ + i + 1) % lanes_.size();
        return true;
      }
    }
  return false;
}

bool Scheduler::ask_in(Entry& entry, Lane& lane, std::int64_t from, Time now, bool mind_runs) {
  auto& peer = entry.second;
  auto const near = lane.begin + near_bytes / block_bytes;
  if (lane.contains(peer.run.begin) && peer.run.begin < peer.run.end) {
    auto const index = find(entry, {peer.run.begin, std::min(peer.run.end, lane.end)}, now);
    peer.run.begin = index < 0 ? peer.run.end : index + 1;
    if (index >= 0) {
      ask(entry, block_at(index), now);
      return true;
    }
  }
  auto const index = find(entry, {from, lane.end}, now, mind_runs ? near : lane.end);
  if (index < 0) return false;
  ask(entry, block_at(index), now);
  if (index >= near) begin_run(peer, lane, index);
  return true;
}

// Pieces left behind by a jump: of no use to anybody until they are whole.
bool Scheduler::ask_begun(Entry& entry, Time now) {
  if (searching_ || (hot_.empty() && lanes_.empty() && keep_.begin == keep_.end)) return false;
  return blocks_.any_begun([&](int piece) {
    auto const index = find(entry, whole(piece), now);
    if (index < 0) return false;
    ask(entry, block_at(index), now);
    return true;
  });
}

std::int64_t Scheduler::find(Entry const& entry, Run range, Time now, std::int64_t runs_from) const {
  auto index = range.begin;
  while (index < range.end) {
    int const piece = block_at(index).piece;
    auto const piece_end = std::min(range.end, whole(piece).end);
    if (blocks_.open_in(piece) == 0 || !usable(entry, piece, now)) {
      index = piece_end;
      continue;
    }
    auto const hot = runs_from == hot_too ? Run{} : hot_in(piece);
    while (index < piece_end) {
      if (hot.contains(index)) {
        index = hot.end;
        continue;
      }
      auto const block = block_at(index);
      if (!blocks_.valid(block) || !blocks_.open(block)) {
        ++index;
        continue;
      }
      auto const* run = index < runs_from ? nullptr : run_of_others(entry, index);
      if (!run) return index;
      index = run->end;
    }
  }
  return -1;
}

Scheduler::Run const* Scheduler::run_of_others(Entry const& entry, std::int64_t index) const {
  for (auto const& [id, other] : peers_)
    if (id != entry.first && other.run.contains(index)) return &other.run;
  return nullptr;
}

// A peer that reads contiguous bytes from its disk gives them faster, and fewer pieces are begun at a time.
void Scheduler::begin_run(Peer& peer, Lane const& lane, std::int64_t index) {
  auto const length = std::min<std::int64_t>(peer.window.size() / 2, longest_run);
  peer.run = {index + 1, std::min(index + std::max<std::int64_t>(length, 1), lane.end)};
}

void Scheduler::advance(Lane& lane) const {
  while (lane.cursor < lane.end) {
    auto const block = block_at(lane.cursor);
    if (blocks_.open_in(block.piece) == 0)
      lane.cursor = whole(block.piece).end;
    else if (!blocks_.valid(block) || !blocks_.open(block))
      ++lane.cursor;
    else
      return;
  }
}

}  // namespace swarm
