// SPDX-License-Identifier: LGPL-2.1-or-later
// What a user gives us -> what to open. Pure but for reading a .torrent file from disk. Reentrant.
#pragma once

#include "swarm/types.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace swarm {

/// "The film": the largest video, else the largest file.
struct TheFilm {
  friend bool operator==(TheFilm, TheFilm) { return true; }
};

/// Which file of the torrent: the film, an index (0-based, order of the metainfo), or a path (the path inside the
/// torrent with or without the torrent's own name in front, or the file's bare name if only one file has it).
using FileChoice = std::variant<TheFilm, int, std::string>;

struct PeerAddress {
  std::string host;  ///< IPv4 or IPv6 literal (no brackets) or a host name
  std::uint16_t port = 0;
  friend bool operator==(PeerAddress const&, PeerAddress const&) = default;
};

/// Where a torrent is to be had from. Filled from a magnet (BEP 9, BEP 53), a bare info hash or a .torrent.
struct Locator {
  InfoHash hash;
  std::string name;                    ///< dn; only a hint until the metadata is known
  std::vector<std::string> trackers;   ///< tr
  std::vector<std::string> web_seeds;  ///< ws (BEP 19)
  std::vector<PeerAddress> peers;      ///< x.pe
  std::string exact_source;            ///< xs: URL of the .torrent; not fetched by this library
  std::vector<int> select_only;        ///< so (BEP 53), sorted file indexes; empty = all
  FileChoice file = TheFilm{};
  std::shared_ptr<std::vector<char> const> metainfo;  ///< the whole .torrent, if that was given

  /// Any form a user may give: `magnet:?…`, `torrent:<hash>`, `torrent:///path/film.torrent`, `file:///path/…`, a bare
  /// info hash, a path of a .torrent file; each may end in `#file=<index or path>` (percent-encoded). At most 64 KiB.
  /// Hints in a magnet that can't be used (trackers, seeds, peers) are left out. Reads files of this machine: who
  /// takes text from the network lets only magnets and hashes come here.
  /// Throws Error(bad_input, not_found, permission, disk) with a sentence of its own for each kind of wrong input.
  static Locator parse(std::string_view text);

  /// The bytes of a .torrent, at most 10 MiB. Throws Error(bad_input).
  static Locator from_metainfo(std::vector<char> bytes);

  /// A magnet link that says all that is known here (xt, dn, tr, ws, xs, x.pe, so), but not `file`.
  [[nodiscard]] std::string magnet() const;
};

/// Longest .torrent that is accepted, bytes.
inline constexpr std::size_t max_metainfo_bytes = 10 * 1024 * 1024;

}  // namespace swarm
