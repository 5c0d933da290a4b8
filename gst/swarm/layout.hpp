// SPDX-License-Identifier: LGPL-2.1-or-later
// File bytes <-> pieces <-> blocks. Pure arithmetic on values; reentrant.
#pragma once

#include "swarm/types.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace swarm {

/// A file of a torrent as the metainfo lists it. Paths are cleaned by libtorrent: relative, `/`, no `..`.
struct File {
  std::string path;         ///< inside the torrent, with the torrent's name in front if it has a folder
  std::int64_t offset = 0;  ///< of its first byte in the torrent
  std::int64_t size = 0;
  bool padding = false;  ///< BEP 47: zeros that nobody stores or serves
};

/// Part of one file, as a part of a piece maps to it.
struct Slice {
  int file = 0;
  std::int64_t offset = 0;  ///< in the file
  std::int64_t size = 0;
  friend bool operator==(Slice const&, Slice const&) = default;
};

class Layout {
 public:
  Layout() = default;
  /// files in the order of the metainfo, contiguous. piece_length in bytes, > 0. Throws Error(bad_metadata) if
  /// they are not contiguous, a size is negative or the sum overflows.
  Layout(std::vector<File> files, std::int64_t piece_length);

  [[nodiscard]] std::vector<File> const& files() const { return files_; }
  [[nodiscard]] int file_count() const { return static_cast<int>(files_.size()); }
  [[nodiscard]] File const& file(int index) const { return files_.at(static_cast<std::size_t>(index)); }
  [[nodiscard]] std::int64_t total_size() const { return total_; }
  [[nodiscard]] std::int64_t piece_length() const { return piece_length_; }
  [[nodiscard]] int piece_count() const;

  [[nodiscard]] std::int64_t piece_size(int piece) const;  ///< the last one may be shorter
  [[nodiscard]] int blocks_in(int piece) const;
  [[nodiscard]] int block_size(int piece, int block) const;

  /// Pieces that hold any byte of `range` of the file (clamped to the file); empty for an empty range.
  [[nodiscard]] PieceRange pieces_of(int file, ByteRange range) const;
  [[nodiscard]] PieceRange pieces_of(int file) const;
  /// Piece that holds byte `position` (0 <= position < size) of the file.
  [[nodiscard]] int piece_at(int file, std::int64_t position) const;
  /// Bytes of the file that the pieces cover, clamped to the file.
  [[nodiscard]] ByteRange bytes_of(int file, PieceRange pieces) const;
  /// Parts of files that `size` bytes at `start` in the piece consist of, in order; empty files are left out,
  /// padding is not.
  [[nodiscard]] std::vector<Slice> slices(int piece, std::int64_t start, std::int64_t size) const;

 private:
  std::vector<File> files_;
  std::int64_t piece_length_ = 1;
  std::int64_t total_ = 0;
};

/// Ranges of the file that lie in pieces for which have(piece) is true: sorted, merged.
template <class Have>
std::vector<ByteRange> ranges_held(Layout const& layout, int file, Have have) {
  std::vector<ByteRange> held;
  auto pieces = layout.pieces_of(file);
  for (int p = pieces.first; p < pieces.last; ++p) {
    if (!have(p)) continue;
    auto bytes = layout.bytes_of(file, {p, p + 1});
    if (!held.empty() && held.back().end == bytes.begin)
      held.back().end = bytes.end;
    else
      held.push_back(bytes);
  }
  return held;
}

}  // namespace swarm
