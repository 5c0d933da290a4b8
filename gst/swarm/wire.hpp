// SPDX-License-Identifier: LGPL-2.1-or-later
// What we hear of a torrent on libtorrent's network thread, without alerts: none is ever dropped. Internal.
#pragma once

#include "swarm/locator.hpp"

#include <functional>
#include <memory>
#include <optional>

#include <libtorrent/fwd.hpp>

namespace swarm {

/// All calls come on the network thread.
class WireListener {
 public:
  virtual ~WireListener() = default;
  /// The torrent exists in libtorrent; first of all calls.
  virtual void on_added(libtorrent::torrent_handle const& handle) = 0;
  /// `listening` is where the peer can be reached again, if that is known.
  virtual void on_handshake(std::optional<PeerAddress> listening) = 0;
  virtual void on_block() = 0;
  /// The piece is on disk and its hash is right (also: was known to be, at the start).
  virtual void on_piece_verified(int piece) = 0;
  virtual void on_piece_failed(int piece) = 0;
};

/// To be put into add_torrent_params::extensions, so that no peer is missed.
std::function<std::shared_ptr<libtorrent::torrent_plugin>(libtorrent::torrent_handle const&, libtorrent::client_data_t)>
make_wire(std::weak_ptr<WireListener> listener);

}  // namespace swarm
