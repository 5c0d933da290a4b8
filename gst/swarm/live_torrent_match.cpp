// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a file that came from elsewhere is one of a LiveTorrent's: by all of its hashes, as libtorrent checks pieces.
#include "swarm/live_torrent.hpp"

#include <libtorrent/hasher.hpp>
#include <libtorrent/torrent_info.hpp>

#include <algorithm>
#include <fstream>

namespace swarm {
namespace {

/// Reads one file in a row.
class Content {
 public:
  Content(std::string const& path, std::int64_t size) : in_(path, std::ios::binary), size_(size) {}
  [[nodiscard]] bool readable() const { return static_cast<bool>(in_); }
  [[nodiscard]] bool whole() {
    in_.seekg(0, std::ios::end);
    return in_ && in_.tellg() == size_;
  }
  /// False: the disk or the owner of the file does not let us.
  bool read(std::int64_t offset, std::vector<char>& into) {
    in_.seekg(offset);
    return static_cast<bool>(in_.read(into.data(), static_cast<std::streamsize>(into.size())));
  }

 private:
  std::ifstream in_;
  std::int64_t size_;
};

/// Of the leaves of a Merkle tree as BEP 52 has it: what is missing to a power of two is zeros.
lt::sha256_hash merkle_root(std::vector<lt::sha256_hash> level) {
  std::size_t leaves = 1;
  while (leaves < level.size()) leaves *= 2;
  level.resize(leaves);
  for (; level.size() > 1; level.resize(level.size() / 2))
    for (std::size_t i = 0; i < level.size() / 2; ++i) {
      lt::hasher256 pair;
      pair.update(level[2 * i]);
      pair.update(level[2 * i + 1]);
      level[i] = pair.final();
    }
  return level.front();
}

std::optional<bool> matches_v2(lt::torrent_info const& info, int file, Content& content, std::int64_t size,
                               std::stop_token const& stop) {
  std::vector<lt::sha256_hash> leaves;
  std::vector<char> block;
  for (std::int64_t at = 0; at < size; at += block_bytes) {
    if (stop.stop_requested()) return std::nullopt;
    block.resize(static_cast<std::size_t>(std::min<std::int64_t>(block_bytes, size - at)));
    if (!content.read(at, block)) return std::nullopt;
    leaves.push_back(lt::hasher256(block).final());
  }
  return !leaves.empty() && merkle_root(std::move(leaves)) == info.files().root(lt::file_index_t(file));
}

/// Pieces with a part of another file can't be told without it. nullopt if all of them are such.
std::optional<bool> matches_v1(lt::torrent_info const& info, Layout const& layout, int file, Content& content,
                               std::stop_token const& stop) {
  std::optional<bool> verdict;
  std::vector<char> part;
  auto const pieces = layout.pieces_of(file);
  for (int piece = pieces.first; piece < pieces.last; ++piece) {
    if (stop.stop_requested()) return std::nullopt;
    auto const slices = layout.slices(piece, 0, layout.piece_size(piece));
    auto const known = [&](Slice const& slice) { return slice.file == file || layout.file(slice.file).padding; };
    if (!std::all_of(slices.begin(), slices.end(), known)) continue;
    lt::hasher hasher;
    for (auto const& slice : slices) {
      part.assign(static_cast<std::size_t>(slice.size), 0);
      if (slice.file == file && !content.read(slice.offset, part)) return std::nullopt;
      hasher.update(part);
    }
    if (hasher.final() != info.hash_for_piece(lt::piece_index_t(piece))) return false;
    verdict = true;
  }
  return verdict;
}

}  // namespace

std::optional<bool> LiveTorrent::matches(int file, std::string const& path, std::stop_token stop) const {
  std::shared_ptr<Metadata const> metadata;
  std::shared_ptr<lt::torrent_info const> info;
  {
    auto state = state_.lock();
    metadata = state->metadata;
    info = state->info;
  }
  if (!metadata || !info) return std::nullopt;
  auto const& layout = metadata->layout;
  if (file < 0 || file >= layout.file_count()) return false;
  auto const size = layout.file(file).size;
  Content content(path, size);
  if (!content.readable()) return std::nullopt;
  if (!content.whole()) return false;
  if (metadata->hash.v1) return matches_v1(*info, layout, file, content, stop);
  return matches_v2(*info, file, content, size, stop);
}

}  // namespace swarm
