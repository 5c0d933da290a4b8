// SPDX-License-Identifier: LGPL-2.1-or-later
// Which blocks of a torrent are here, and which somebody was asked for. Pure; reentrant.
#pragma once

#include "swarm/layout.hpp"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace swarm {

/// Piece and number of the block in it.
struct Block {
  int piece = 0;
  int number = 0;
  friend auto operator<=>(Block const&, Block const&) = default;
};

/// A block is open if it is not here and nobody was asked for it. Memory: a word a piece, a byte a block of the pieces
/// that have begun.
class BlockMap {
 public:
  explicit BlockMap(Layout const& layout);

  [[nodiscard]] int per_piece() const { return per_piece_; }
  [[nodiscard]] int pieces() const { return static_cast<int>(open_.size()); }
  [[nodiscard]] int open_in(int piece) const { return open_[static_cast<std::size_t>(piece)]; }
  [[nodiscard]] int pending_in(int piece) const;  ///< asked for, not here
  [[nodiscard]] bool verified(int piece) const { return verified_[static_cast<std::size_t>(piece)]; }
  [[nodiscard]] bool valid(Block block) const;
  [[nodiscard]] bool open(Block block) const;
  [[nodiscard]] bool here(Block block) const;
  [[nodiscard]] int asked(Block block) const;  ///< of how many peers

  void ask(Block block);
  /// True if the block is open now.
  bool forget(Block block);
  void arrive(Block block);
  void verify(int piece);
  /// The piece failed, or libtorrent knows better: only these blocks are here. Who was asked stays asked.
  void restore(int piece, std::vector<bool> const& here);

  [[nodiscard]] std::vector<int> begun() const;
  /// Pieces that have begun and have open blocks.
  template <class Visit>
  bool any_begun(Visit visit) const {
    for (auto const& [piece, begun] : begun_)
      if (open_in(piece) > 0 && visit(piece)) return true;
    return false;
  }

 private:
  struct Begun {
    std::vector<std::uint8_t> blocks;  // bit 7: here; below: how many peers were asked
    int pending = 0;
  };
  Begun& begun(int piece);
  [[nodiscard]] std::uint8_t state(Block block) const;
  [[nodiscard]] bool padding(Block block) const;
  template <class Change>
  void change(Block block, Change change);

  [[nodiscard]] int blocks_in(int piece) const { return piece + 1 == pieces() ? in_last_ : per_piece_; }

  int per_piece_;
  int in_last_;
  std::vector<int> open_;
  std::vector<bool> verified_;
  std::vector<std::pair<std::int64_t, std::int64_t>> padding_;  // blocks of nothing else, counted through the torrent
  std::map<int, Begun> begun_;
};

}  // namespace swarm
