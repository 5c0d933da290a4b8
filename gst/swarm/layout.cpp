// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/layout.hpp"

#include "swarm/error.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace swarm {

Layout::Layout(std::vector<File> files, std::int64_t piece_length)
    : files_(std::move(files)), piece_length_(piece_length) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  if (piece_length_ <= 0)
    throw Error(Errc::bad_metadata, "The torrent's piece length is " + std::to_string(piece_length_) + ".");
  for (auto const& file : files_) {
    if (file.size < 0) throw Error(Errc::bad_metadata, "A file of the torrent has a negative size.");
    if (file.offset != total_) throw Error(Errc::bad_metadata, "The files of the torrent are not contiguous.");
    if (file.size > most - total_) throw Error(Errc::bad_metadata, "The sizes of the torrent's files overflow.");
    total_ += file.size;
  }
  // The arithmetic below reaches up to the end of the last piece.
  if (piece_length_ > most - total_) throw Error(Errc::bad_metadata, "The sizes of the torrent's files overflow.");
  if (total_ / piece_length_ >= std::numeric_limits<int>::max())
    throw Error(Errc::bad_metadata, "The torrent has too many pieces.");
}

int Layout::piece_count() const {
  return static_cast<int>(total_ / piece_length_ + (total_ % piece_length_ != 0 ? 1 : 0));
}

std::int64_t Layout::piece_size(int piece) const {
  if (piece < 0 || piece >= piece_count()) throw std::out_of_range("piece");
  return std::min(piece_length_, total_ - piece * piece_length_);
}

int Layout::blocks_in(int piece) const {
  auto const size = piece_size(piece);
  return static_cast<int>(size / block_bytes + (size % block_bytes != 0 ? 1 : 0));
}

int Layout::block_size(int piece, int block) const {
  auto const size = piece_size(piece);
  if (block < 0 || block >= blocks_in(piece)) throw std::out_of_range("block");
  return static_cast<int>(std::min<std::int64_t>(block_bytes, size - std::int64_t{block} * block_bytes));
}

PieceRange Layout::pieces_of(int index, ByteRange range) const {
  auto const& file = this->file(index);
  auto const begin = std::max<std::int64_t>(range.begin, 0);
  auto const end = std::min(range.end, file.size);
  if (begin >= end) return {};
  return {static_cast<int>((file.offset + begin) / piece_length_),
          static_cast<int>((file.offset + end - 1) / piece_length_) + 1};
}

PieceRange Layout::pieces_of(int index) const { return pieces_of(index, {0, file(index).size}); }

int Layout::piece_at(int index, std::int64_t position) const {
  auto const& file = this->file(index);
  if (position < 0 || position >= file.size) throw std::out_of_range("position");
  return static_cast<int>((file.offset + position) / piece_length_);
}

ByteRange Layout::bytes_of(int index, PieceRange pieces) const {
  auto const& file = this->file(index);
  auto const first = std::clamp(pieces.first, 0, piece_count());
  auto const last = std::clamp(pieces.last, first, piece_count());
  auto const begin = std::clamp<std::int64_t>(first * piece_length_ - file.offset, 0, file.size);
  auto const end = std::clamp<std::int64_t>(last * piece_length_ - file.offset, 0, file.size);
  if (begin >= end) return {};
  return {begin, end};
}

std::vector<Slice> Layout::slices(int piece, std::int64_t start, std::int64_t size) const {
  auto const piece_bytes = piece_size(piece);
  if (start < 0 || size < 0 || start > piece_bytes || size > piece_bytes - start) throw std::out_of_range("slice");
  std::vector<Slice> slices;
  auto position = piece * piece_length_ + start;
  // The last file that begins at or before the position holds it: empty ones before it begin there too.
  auto file = std::upper_bound(files_.begin(), files_.end(), position,
                               [](std::int64_t at, File const& f) { return at < f.offset; });
  if (file != files_.begin()) --file;
  for (; size > 0 && file != files_.end(); ++file) {
    auto const part = std::min(size, file->offset + file->size - position);
    if (part <= 0) continue;
    slices.push_back({static_cast<int>(file - files_.begin()), position - file->offset, part});
    position += part;
    size -= part;
  }
  return slices;
}

}  // namespace swarm
