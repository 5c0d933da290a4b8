// SPDX-License-Identifier: LGPL-2.1-or-later
// Pieces that came with wrong bytes are fetched again from one peer alone, so that it is known who sends them. Pure.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace swarm {

class Retries {
 public:
  using PeerId = int;
  using Time = std::chrono::steady_clock::time_point;

  void add(int piece) {
    auto& retry = pieces_[piece];
    // Of those who had a part in it nobody knows who spoiled it.
    if (retry.left == nobody) retry.give_up();
    retry.chosen = retry.left = nobody;
  }
  void done(int piece) { pieces_.erase(piece); }
  /// The peer chosen is of no use (any more).
  void release(PeerId peer) {
    for (auto& [piece, retry] : pieces_)
      if (retry.chosen == peer) retry.give_up();
  }
  /// late(piece, peer, since): it has been chosen for the piece since then, and others would be faster.
  template <class Late>
  void leave_if(Late late) {
    for (auto& [piece, retry] : pieces_)
      if (retry.chosen != nobody && late(piece, retry.chosen, retry.since))
        retry.left = std::exchange(retry.chosen, nobody);
  }

  [[nodiscard]] bool allows(PeerId peer, int piece) const {
    auto const found = pieces_.find(piece);
    return found == pieces_.end() || found->second.chosen == peer;
  }

  /// choose(piece, left, tried) gives the peer for each piece that has none, or nobody: rather not the one that it was
  /// just taken from, nor one that is in `tried`.
  template <class Choose>
  bool choose_each(Time now, Choose choose) {
    bool chosen = false;
    for (auto& [piece, retry] : pieces_) {
      if (retry.chosen != nobody) continue;
      PeerId const peer = choose(piece, retry.left, retry.tried);
      if (peer == nobody) continue;
      retry.chosen = peer;
      retry.since = now;
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
    void give_up() {
      if (chosen != nobody) tried.insert(chosen);
      chosen = nobody;
    }
    PeerId chosen = nobody;
    PeerId left = nobody;
    Time since;
    std::set<PeerId> tried;
  };
  std::map<int, Retry> pieces_;
};

}  // namespace swarm
