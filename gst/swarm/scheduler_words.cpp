// SPDX-License-Identifier: LGPL-2.1-or-later
// What the Scheduler knows about a piece that somebody waits for, in one line: for logs.
#include "swarm/scheduler.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace swarm {
namespace {

std::string tenths(PeerWindow::Seconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", time.count());
  return text;
}

}  // namespace

std::string Scheduler::describe(int piece, Time now) const {
  if (piece < 0 || piece >= blocks_.pieces()) return "no such piece";
  if (blocks_.verified(piece)) return "verified";
  int here = 0, asked = 0, all = 0;
  for (Block block{piece, 0}; blocks_.valid(block); ++block.number, ++all) {
    here += blocks_.here(block);
    asked += !blocks_.here(block) && blocks_.asked(block) > 0;
  }
  auto text = std::to_string(here) + " of " + std::to_string(all) + " blocks here, " + std::to_string(asked) +
              " asked for" + (hot_in_.contains(piece) ? "" : ", not hot");
  if (auto const alone = retries_.chosen(piece))
    text += *alone == Retries::nobody ? ", alone of nobody yet" : ", alone of " + std::to_string(*alone);
  for (auto const& [id, peer] : peers_) {
    auto const owes = std::count_if(peer.requests.begin(), peer.requests.end(),
                                    [&](auto const& request) { return request.block.piece == piece; });
    text += "; peer " + std::to_string(id) + ':';
    if (!peer.unchoked) text += " chokes";
    if (now < peer.rests_until) text += " rests for " + tenths(peer.rests_until - now);
    if (peer.suspect) text += " suspect";
    if (!mediator_.has(id, piece)) text += " lacks it";
    text += " window " + std::to_string(peer.window.size()) + " rate " +
            std::to_string(std::lround(peer.window.rate() / 1000)) + " KB/s";
    if (peer.requests.empty()) continue;
    auto const& oldest = peer.requests.front().sent;
    text += " owes " + std::to_string(peer.requests.size()) + " (of it " + std::to_string(owes) + "), oldest " +
            tenths(now - oldest.at) + " of " + tenths(oldest.expected) + ", silent " +
            tenths(peer.window.silence(oldest.at, now));
  }
  return text;
}

}  // namespace swarm
