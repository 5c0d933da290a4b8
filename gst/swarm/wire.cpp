// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/wire.hpp"

#include <libtorrent/client_data.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/peer_request.hpp>
#include <libtorrent/torrent_handle.hpp>

namespace swarm {
namespace {

struct PeerWire final : lt::peer_plugin {
  PeerWire(std::weak_ptr<WireListener> l, lt::peer_connection_handle const& p) : listener(std::move(l)), peer(p) {}

  bool on_handshake(lt::span<char const>) override {
    std::optional<PeerAddress> listening;
    if (peer.is_outgoing()) listening = PeerAddress{peer.remote().address().to_string(), peer.remote().port()};
    if (auto l = listener.lock()) l->on_handshake(std::move(listening));
    return true;
  }
  bool on_piece(lt::peer_request const&, lt::span<char const>) override {
    if (auto l = listener.lock()) l->on_block();
    return false;
  }

  std::weak_ptr<WireListener> listener;
  lt::peer_connection_handle peer;
};

struct TorrentWire final : lt::torrent_plugin {
  explicit TorrentWire(std::weak_ptr<WireListener> l) : listener(std::move(l)) {}

  std::shared_ptr<lt::peer_plugin> new_connection(lt::peer_connection_handle const& peer) override {
    if (peer.type() != lt::connection_type::bittorrent) return nullptr;
    return std::make_shared<PeerWire>(listener, peer);
  }
  void on_piece_pass(lt::piece_index_t piece) override {
    if (auto l = listener.lock()) l->on_piece_verified(static_cast<int>(piece));
  }
  void on_piece_failed(lt::piece_index_t piece) override {
    if (auto l = listener.lock()) l->on_piece_failed(static_cast<int>(piece));
  }

  std::weak_ptr<WireListener> listener;
};

}  // namespace

std::function<std::shared_ptr<lt::torrent_plugin>(lt::torrent_handle const&, lt::client_data_t)> make_wire(
    std::weak_ptr<WireListener> listener) {
  return [listener = std::move(listener)](lt::torrent_handle const& handle, lt::client_data_t) {
    if (auto l = listener.lock()) l->on_added(handle);
    return std::make_shared<TorrentWire>(listener);
  };
}

}  // namespace swarm
