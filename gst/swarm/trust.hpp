// SPDX-License-Identifier: LGPL-2.1-or-later
// Which peers' blocks may be read before their piece is verified. Pure; reentrant.
#pragma once

#include <cstdint>
#include <map>

namespace swarm {

/// A peer is trusted when enough of its blocks turned out right. How far, is a matter of all blocks that did, whoever
/// gave them, since there was a wrong one: who spoils one in a thousand is noticed late, and must not be able to do
/// much until then. A piece that fails takes the trust of all: who did it is not known, and from then on much more is
/// asked of everybody.
class Trust {
 public:
  using PeerId = int;
  static constexpr int blocks_needed = 32;
  /// A newcomer must have been there while so many of all turned out right, or half of all that ever did.
  static constexpr int blocks_needed_of_all = 1024;
  /// Right blocks for each one that may be read early after a jump.
  static constexpr int blocks_for_one = 16;

  void gave(PeerId peer, int piece);
  /// Blocks of it were there from the start: whose is not known.
  void found(int piece);
  void verified(int piece);
  void failed(int piece);
  void forget(int piece) { givers_.erase(piece); }
  /// What was under way is lost, and proves nothing.
  void forget_unfinished() { givers_.clear(); }
  void gone(PeerId peer);
  /// All blocks of the piece came from one peer.
  [[nodiscard]] bool from_one(int piece) const;

  [[nodiscard]] bool trusts(PeerId peer) const;
  /// Blocks that may be read early after a jump.
  [[nodiscard]] std::int64_t credit() const;

 private:
  struct Record {
    std::int64_t blocks = 0;
    std::int64_t of_all = 0;  ///< blocks since it came, its own among them
  };

  std::map<int, std::map<PeerId, int>> givers_;  ///< of pieces under way, with their blocks; some may be gone
  std::map<PeerId, Record> records_;             ///< of those present
  std::int64_t right_ = 0;                       ///< blocks of all since the last wrong one
  std::int64_t caution_ = 1;
};

}  // namespace swarm
