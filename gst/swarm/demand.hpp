// SPDX-License-Identifier: LGPL-2.1-or-later
// What to download: a function of all live readers, computed anew whenever one of them changes. Pure; reentrant.
#pragma once

#include "swarm/layout.hpp"
#include "swarm/readahead.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace swarm {

/// What one reader wants.
struct ReaderWants {
  int file = 0;                 ///< index of a file of the layout
  std::vector<Window> windows;  ///< of its Readahead
  bool waiting = false;         ///< a consumer is blocked on it now
  bool by_block = false;        ///< it can read blocks of unfinished pieces
  bool trusted = false;         ///< but only those of trusted peers
  bool searching = false;       ///< it may soon jump again
  bool last = false;            ///< what others want comes first
};

/// Blocks [begin, end) of a piece that are needed next.
struct Hot {
  static constexpr int all = std::numeric_limits<int>::max();
  Hot(int piece_, int begin_ = 0, int end_ = all, bool trusted_ = false)
      : piece(piece_), begin(begin_), end(end_), trusted(trusted_) {}
  int piece;
  int begin;
  int end;       ///< `all`: to the end of the piece
  bool trusted;  ///< rather from trusted peers
  friend bool operator==(Hot const&, Hot const&) = default;
};

/// Pieces, from a block of the first one on.
struct Stretch : PieceRange {
  int skip = 0;
  friend bool operator==(Stretch const&, Stretch const&) = default;
};

/// What all of them want together, in pieces.
struct Wants {
  std::vector<Hot> hot;            ///< of each piece once; the most urgent first
  std::vector<Stretch> ahead;      ///< each window whole, in the order of its hot piece; they may overlap
  std::optional<PieceRange> keep;  ///< below all others; may overlap them
  bool searching = false;          ///< what nobody asked for would only be in the way of the next jump
  friend bool operator==(Wants const&, Wants const&) = default;
};

/// Bytes after each window's position that are hot.
inline constexpr std::int64_t default_hot_bytes = 256 * 1024;

/// hot: first the places that waiting readers read, then those of the others, then all readers' further places; of
/// each group every reader's first piece, then every reader's second, and so on. Who comes last has none that is hot.
Wants demand(Layout const& layout, std::vector<ReaderWants> const& readers, std::optional<int> keep_file,
             std::int64_t hot_bytes = default_hot_bytes);

}  // namespace swarm
