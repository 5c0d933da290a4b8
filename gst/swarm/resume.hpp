// SPDX-License-Identifier: LGPL-2.1-or-later
// A torrent's resume file: libtorrent's format, with what it does not know in a dictionary of ours. Internal. Pure.
#pragma once

#include "swarm/locator.hpp"

#include <libtorrent/fwd.hpp>

#include <optional>
#include <span>
#include <vector>

namespace swarm {

/// What we remember of a torrent beside libtorrent's own.
struct Remembered {
  std::optional<FileChoice> keep;
  bool paused = false;                ///< on somebody's word
  std::string save_path;              ///< the folder over the torrent's own one
  std::vector<std::string> trackers;  ///< the magnet's own, without injected ones
  std::vector<PeerAddress> peers;     ///< named by the user, or that shook hands; the latest last, at most max_peers
  static constexpr std::size_t max_peers = 100;

  void add_peer(PeerAddress const& peer);
};

std::vector<char> write_resume(libtorrent::add_torrent_params const& params, Remembered const& remembered);

/// False if the bytes are no resume file; then nothing is changed.
bool read_resume(std::span<char const> bytes, libtorrent::add_torrent_params& params, Remembered& remembered);

}  // namespace swarm
