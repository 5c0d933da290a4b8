// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "swarm/locator.hpp"
#include "swarm/log.hpp"
#include "swarm/network.hpp"
#include "swarm/state_folder.hpp"
#include "swarm/workers.hpp"

#include <libtorrent/fwd.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace swarm {

/// What all torrents of a session share; outlives them. Thread-safe, since it is never changed once the session runs.
struct Services {
  std::shared_ptr<Network> network = std::make_shared<Network>();
  std::shared_ptr<Workers> disk;
  std::shared_ptr<Workers> hashing;
  std::unique_ptr<StateFolder> state;
  Log log;
  bool p2p = true;  ///< else peers and trackers are remembered, but not told to libtorrent
  std::function<bool(std::string const& address)> web_seed_allowed;  ///< as in Settings
  /// On the network thread: takes the torrent out of libtorrent.
  std::function<void(libtorrent::torrent_handle const&)> drop;
  /// Puts one in.
  std::function<void(libtorrent::add_torrent_params)> put;
  /// On the network thread: makes libtorrent forget that it banned these addresses, and the peers there.
  std::function<void(std::vector<PeerAddress> const&)> unban;
};

}  // namespace swarm
