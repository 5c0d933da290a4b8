// SPDX-License-Identifier: LGPL-2.1-or-later
// What we hear of a torrent and its peers on libtorrent's network thread, without alerts: none is ever dropped. And
// what we say to peers, past libtorrent: requests. Internal.
#pragma once

#include "swarm/locator.hpp"

#include <libtorrent/fwd.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace swarm {

/// All calls come on the network thread.
class WireListener {
 public:
  virtual ~WireListener() = default;
  /// The torrent exists in libtorrent; first of all calls.
  virtual void on_added(libtorrent::torrent_handle const& handle) = 0;
  /// Files were checked: from now on libtorrent takes blocks.
  virtual void on_checked() = 0;
  /// We try to connect to a peer.
  virtual void on_connecting() = 0;
  /// It has taken the connection; its handshake comes later.
  virtual void on_connected() = 0;
  /// It is about to be connected to.
  virtual void on_web_seed(libtorrent::peer_connection_handle const& seed) = 0;
  /// `listening` is where the peer can be reached again, if that is known.
  virtual void on_handshake(std::optional<PeerAddress> listening) = 0;
  virtual void on_block() = 0;
  /// Whether peers may send hashes (BEP 52).
  [[nodiscard]] virtual bool takes_hashes() const = 0;
  /// False: the piece is not there (any more), though libtorrent has told peers of it.
  [[nodiscard]] virtual bool may_upload(int piece) const = 0;
  /// The piece is on disk and its hash is right (also: was known to be, at the start).
  virtual void on_piece_verified(int piece) = 0;
  virtual void on_piece_failed(int piece) = 0;
};

/// Bytes of one piece, as requests and blocks have them.
struct Extent {
  int piece = 0;
  int start = 0;
  int length = 0;
};

/// A connection to a peer, or to a web seed. Network thread.
class WirePeer {
 public:
  virtual ~WirePeer() = default;
  [[nodiscard]] virtual bool has(int piece) const = 0;
  /// Port 0: it came from there, where it listens is not known.
  [[nodiscard]] virtual PeerAddress address() const = 0;
  /// All that is asked in one turn at once: what is sent later would wait for an acknowledgement.
  virtual void request(std::span<Extent const> extents) = 0;
  /// Hangs up. Not from within a call of its listener.
  virtual void refuse() = 0;
};

/// All calls come on the network thread. A peer is known from its first call on to on_gone(); an id is never used
/// again.
class PeerListener {
 public:
  using PeerId = int;
  virtual ~PeerListener() = default;
  virtual void on_peer(PeerId id, WirePeer& peer) = 0;
  virtual void on_unchoke(PeerId id) = 0;
  virtual void on_choke(PeerId id) = 0;
  virtual void on_have(PeerId id) = 0;
  virtual void on_reject(PeerId id, Extent extent) = 0;
  /// libtorrent takes it after this call.
  virtual void on_block(PeerId id, Extent extent) = 0;
  /// A request that libtorrent itself sends: only to web seeds.
  virtual void on_requested(PeerId id, Extent extent) = 0;
  virtual void on_queue_limit(PeerId id, int requests) = 0;
  virtual void on_gone(PeerId id) = 0;
  /// libtorrent has banned this address (port 0: it came from there, where it listens is not known); on_gone() follows.
  virtual void on_banned(PeerAddress address) = 0;
};

/// To be put into add_torrent_params::extensions, so that no peer is missed.
std::function<std::shared_ptr<libtorrent::torrent_plugin>(libtorrent::torrent_handle const&, libtorrent::client_data_t)>
make_wire(std::weak_ptr<WireListener> listener, std::weak_ptr<PeerListener> peers);

}  // namespace swarm
