// SPDX-License-Identifier: LGPL-2.1-or-later
// Which peers' blocks may be read before their piece is verified. Pure; reentrant.
#pragma once

#include <cstdint>
#include <map>

namespace swarm {

/// A peer is trusted when it has given enough blocks of pieces that turned out right, and all peers together, since it
/// came, many more without one that was wrong. A piece that fails takes the trust of all: who did it is not known, and
/// from then on much more is asked of everybody.
class Trust {
 public:
  using PeerId = int;
  static constexpr int pieces_needed = 2;
  static constexpr int blocks_needed = 32;
  /// Who spoils a block now and then should have been noticed in so many of all peers.
  static constexpr int blocks_needed_of_all = 1024;

  void gave(PeerId peer, int piece);
  /// Blocks of it were there from the start: whose is not known.
  void found(int piece);
  void verified(int piece);
  void failed(int piece);
  void gone(PeerId peer);
  /// All blocks of the piece came from one peer.
  [[nodiscard]] bool from_one(int piece) const;

  [[nodiscard]] bool trusts(PeerId peer) const;
  [[nodiscard]] bool anybody() const;

 private:
  struct Record {
    std::int64_t pieces = 0;
    std::int64_t blocks = 0;
    std::int64_t of_all = 0;  ///< blocks since it came, its own among them
  };
  [[nodiscard]] bool enough(Record const& record) const;

  std::map<int, std::map<PeerId, int>> givers_;  ///< of pieces under way, with their blocks; some may be gone
  std::map<PeerId, Record> records_;             ///< of those present
  std::int64_t caution_ = 1;
};

}  // namespace swarm
