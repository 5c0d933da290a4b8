// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "swarm/types.hpp"

#include <algorithm>
#include <chrono>
#include <deque>

namespace api {

/// Torrents that somebody has removed a little while ago. A player that goes on asking for segments must not add them
/// again: it gets a clean end. Who opens a film anew may. Thread-bound.
class Removed {
 public:
  void note(swarm::InfoHash const& hash) {
    if (hashes_.size() == most) hashes_.pop_front();
    hashes_.push_back({hash, Clock::now()});
  }
  [[nodiscard]] bool lately(swarm::InfoHash const& hash) const {
    return std::ranges::any_of(
        hashes_, [&](auto const& each) { return Clock::now() - each.when < a_while && each.hash.same_torrent(hash); });
  }

 private:
  using Clock = std::chrono::steady_clock;
  /// Longer than a player has segments ahead.
  static constexpr std::chrono::minutes a_while{10};
  static constexpr std::size_t most = 1000;
  struct Each {
    swarm::InfoHash hash;
    Clock::time_point when;
  };
  std::deque<Each> hashes_;
};

}  // namespace api
