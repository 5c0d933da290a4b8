// SPDX-License-Identifier: LGPL-2.1-or-later
// Pieces that came with wrong bytes are fetched again from one peer alone, so that it is known who sends them. Pure.
#pragma once

#include <map>
#include <set>

namespace swarm {

class Retries {
 public:
  using PeerId = int;

  void add(int piece) { pieces_[piece].chosen = nobody; }
  void done(int piece) { pieces_.erase(piece); }
  /// The peer chosen is of no use (any more).
  void release(PeerId peer) {
    for (auto& [piece, retry] : pieces_)
      if (retry.chosen == peer) retry.chosen = nobody;
  }

  [[nodiscard]] bool allows(PeerId peer, int piece) const {
    auto const found = pieces_.find(piece);
    return found == pieces_.end() || found->second.chosen == peer;
  }

  /// choose(piece, tried) gives the peer for each piece that has none, or nobody: rather one that is not in `tried`.
  template <class Choose>
  bool choose_each(Choose choose) {
    bool chosen = false;
    for (auto& [piece, retry] : pieces_) {
      if (retry.chosen != nobody) continue;
      PeerId const peer = choose(piece, retry.tried);
      if (peer == nobody) continue;
      retry.chosen = peer;
      retry.tried.insert(peer);
      chosen = true;
    }
    return chosen;
  }

  static constexpr PeerId nobody = -1;

 private:
  struct Retry {
    PeerId chosen = nobody;
    std::set<PeerId> tried;
  };
  std::map<int, Retry> pieces_;
};

}  // namespace swarm
