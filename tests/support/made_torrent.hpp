// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "support/loopback.hpp"
#include "support/payload.hpp"
#include "swarm/types.hpp"

#include <libtorrent/fwd.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace support {

enum class Format { v1, v2, hybrid };

struct TorrentSpec {
  std::vector<Content> files;
  std::string name;  ///< empty = the only file's name, else "folder"
  Format format = Format::v1;
  int piece_size = 256 * KiB;  ///< 0 = chosen by libtorrent
  bool wrong_v1 = false;      ///< the v1 hash of the first piece is another's; of a hybrid only
  bool pad_files = false;      ///< v1: every file starts at a piece (v2 and hybrid always do)
  bool is_private = false;
  std::vector<std::string> trackers;
  std::vector<std::string> web_seeds;
};

/// A torrent and where its bytes come from. Immutable; copies are cheap; reentrant.
struct MadeTorrent {
  std::shared_ptr<libtorrent::torrent_info const> info;
  std::vector<char> metainfo;  ///< the .torrent
  swarm::InfoHash hash;
  std::string v1_hex;  ///< empty if it has none
  std::string v2_hex;
  std::string key;  ///< v1_hex, else v2_hex: the torrent's name in the project
  std::string name;
  int piece_size = 0;
  int piece_count = 0;
  std::int64_t total_size = 0;  ///< with padding
  std::vector<Content> files;   ///< by index in the torrent; `path` with the torrent's name; pad files are zeros
  std::vector<std::string> trackers;
  std::vector<std::string> web_seeds;

  /// With all hashes, name, trackers, web seeds and the given peers (x.pe).
  [[nodiscard]] std::string magnet(std::vector<Endpoint> const& peers = {}) const;
  /// Index of the file with this path (with or without the torrent's name in front); throws if there is none.
  [[nodiscard]] int file_index(std::string_view path) const;
  /// Bytes of the torrent (files in a row, padding included), as a peer sends them.
  void read(std::int64_t offset, std::span<std::byte> into) const;
  /// Writes the files below `folder`, as a client that has downloaded them.
  void write(std::filesystem::path const& folder) const;
};

/// Throws std::exception if libtorrent refuses (a piece size that is no power of two …).
MadeTorrent make_torrent(TorrentSpec const& spec);
/// A torrent of one pseudo-random file: what most tests need.
MadeTorrent make_torrent(std::string name, std::int64_t size, int piece_size = 256 * KiB, std::uint64_t seed = 1);

std::string percent_encode(std::string_view text);

}  // namespace support
