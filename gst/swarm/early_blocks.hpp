// SPDX-License-Identifier: LGPL-2.1-or-later
// Blocks of unfinished pieces that could be read already. Internal.
#pragma once

#include "swarm/guarded.hpp"
#include "swarm/reader.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <vector>

namespace swarm {

/// Of trusted peers they may be read while nobody else has given any of their piece: else it could turn out wrong for
/// what was not read. Thread-safe. Memory: a byte a block of the pieces under way.
class EarlyBlocks {
 public:
  /// A peer sent it. Only the first one that does counts.
  void arrived(int piece, int block, bool trusted);
  /// Blocks of it were there from the start: whose is not known.
  void found(int piece);
  /// Storage has it.
  void stored(int piece, int block);
  /// The piece is verified, or was thrown away.
  void forget(int piece);
  void clear();
  /// So many blocks of trusted peers may be read after a jump.
  void allow(std::int64_t blocks) { credit_ = blocks; }
  [[nodiscard]] std::int64_t credit() const { return credit_; }

  [[nodiscard]] bool readable(int piece, int block, Verify verify) const;
  /// It is here, or will be, and may be read only when its piece is verified.
  [[nodiscard]] bool withheld(int piece, int block, Verify verify) const;

 private:
  struct Piece {
    std::vector<std::uint8_t> blocks;
    bool trusted = true;  ///< all of it that came
  };
  std::uint8_t& at(std::map<int, Piece>& pieces, int piece, int block);

  Guarded<std::map<int, Piece>> mutable pieces_;
  std::atomic<std::int64_t> credit_ = 0;
};

}  // namespace swarm
