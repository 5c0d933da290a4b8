// SPDX-License-Identifier: LGPL-2.1-or-later
// Pieces that came with wrong bytes are fetched again from one peer alone, so that it is known who sends them. Pure.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>

namespace swarm {

class Retries {
 public:
  using PeerId = int;
  using Time = std::chrono::steady_clock::time_point;

  void add(int piece) { pieces_[piece].chosen = nobody; }
  void done(int piece) { pieces_.erase(piece); }
  /// The peer chosen is of no use (any more).
  void release(PeerId peer) {
    for (auto& [piece, retry] : pieces_)
      if (retry.chosen == peer) retry.chosen = nobody;
  }
  /// late(piece, peer, since): it has been chosen for the piece since then, and is of no use.
  template <class Late>
  void release_if(Late late) {
    for (auto& [piece, retry] : pieces_)
      if (retry.chosen != nobody && late(piece, retry.chosen, retry.since)) retry.chosen = nobody;
  }

  [[nodiscard]] bool allows(PeerId peer, int piece) const {
    auto const found = pieces_.find(piece);
    return found == pieces_.end() || found->second.chosen == peer;
  }

  /// choose(piece, tried) gives the peer for each piece that has none, or nobody: rather one that is not in `tried`.
  template <class Choose>
  bool choose_each(Time now, Choose choose) {
    bool chosen = false;
    for (auto& [piece, retry] : pieces_) {
      if (retry.chosen != nobody) continue;
      PeerId const peer = choose(piece, retry.tried);
      if (peer == nobody) continue;
      retry.chosen = peer;
      retry.since = now;
      retry.tried.insert(peer);
      chosen = true;
    }
    return chosen;
  }

  /// None: the piece may come from all.
  [[nodiscard]] std::optional<PeerId> chosen(int piece) const {
    auto const found = pieces_.find(piece);
    return found == pieces_.end() ? std::nullopt : std::optional(found->second.chosen);
  }

  static constexpr PeerId nobody = -1;

 private:
  struct Retry {
    PeerId chosen = nobody;
    Time since;
    std::set<PeerId> tried;
  };
  std::map<int, Retry> pieces_;
};

}  // namespace swarm
