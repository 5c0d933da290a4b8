// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/wire.hpp"

#include <libtorrent/bdecode.hpp>
#include <libtorrent/client_data.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/peer_request.hpp>
#include <libtorrent/torrent_handle.hpp>

#include <algorithm>
#include <atomic>
#include <string>

namespace swarm {
namespace {

std::atomic<int> next_id = 0;  // a torrent may leave libtorrent and come back

Extent extent_of(lt::peer_request const& r) { return {static_cast<int>(r.piece), r.start, r.length}; }

void append(std::string& message, int number) {
  for (int shift = 24; shift >= 0; shift -= 8) message += static_cast<char>(static_cast<unsigned>(number) >> shift);
}

class PeerWire final : public lt::peer_plugin, public WirePeer {
 public:
  PeerWire(int id, std::weak_ptr<WireListener> torrent, std::weak_ptr<PeerListener> peers,
           lt::peer_connection_handle const& peer)
      : id_(id),
        torrent_(std::move(torrent)),
        peers_(std::move(peers)),
        peer_(peer),
        web_seed_(peer.type() != lt::connection_type::bittorrent) {
    tell([&](PeerListener& l) { l.on_peer(id_, *this); });
    if (auto listener = torrent_.lock(); listener && !web_seed_ && peer_.is_outgoing()) listener->on_connecting();
  }
  PeerWire(PeerWire const&) = delete;
  PeerWire& operator=(PeerWire const&) = delete;
  ~PeerWire() override { leave(); }

  // WirePeer
  bool has(int piece) const override { return peer_.has_piece(lt::piece_index_t(piece)); }
  void request(std::span<Extent const> extents) override {
    std::string message;
    message.reserve(extents.size() * 17);
    for (auto const& extent : extents) {
      append(message, 13);
      message += char{6};
      for (int const number : {extent.piece, extent.start, extent.length}) append(message, number);
    }
    if (!message.empty() && !peer_.is_disconnecting())
      peer_.send_buffer(message.data(), static_cast<int>(message.size()));
  }

  // lt::peer_plugin; false = libtorrent goes on as usual
  bool on_handshake(lt::span<char const>) override {
    if (auto torrent = torrent_.lock())
      torrent->on_handshake(peer_.is_outgoing() ? std::optional(address()) : std::nullopt);
    return true;
  }
  bool on_extension_handshake(lt::bdecode_node const& handshake) override {
    if (auto const reqq = handshake.dict_find_int_value("reqq", 0); reqq > 0)
      tell([&](PeerListener& l) { l.on_queue_limit(id_, static_cast<int>(std::min<std::int64_t>(reqq, 10'000))); });
    return true;
  }
  bool on_choke() override {
    return tell([&](PeerListener& l) { l.on_choke(id_); });
  }
  bool on_unchoke() override {
    return !web_seed_ && tell([&](PeerListener& l) { l.on_unchoke(id_); });  // a web seed can't be asked
  }
  bool on_have(lt::piece_index_t) override {
    return tell([&](PeerListener& l) { l.on_have(id_); });
  }
  bool on_bitfield(lt::bitfield const&) override {
    return tell([&](PeerListener& l) { l.on_have(id_); });
  }
  bool on_have_all() override {
    return tell([&](PeerListener& l) { l.on_have(id_); });
  }
  bool on_reject(lt::peer_request const& r) override {
    return tell([&](PeerListener& l) { l.on_reject(id_, extent_of(r)); });
  }
  bool on_piece(lt::peer_request const& r, lt::span<char const>) override {
    if (auto torrent = torrent_.lock()) torrent->on_block();
    return tell([&](PeerListener& l) { l.on_block(id_, extent_of(r)); });
  }
  /// libtorrent's own picks are swallowed: it stops after two for a peer that it waits for. A web seed has no other.
  bool write_request(lt::peer_request const& r) override {
    if (web_seed_) return tell([&](PeerListener& l) { l.on_requested(id_, extent_of(r)); });
    return true;
  }
  void on_disconnect(lt::error_code const& why) override {
    if (why == lt::errors::peer_banned || why == lt::errors::too_many_corrupt_pieces)
      tell([&](PeerListener& l) { l.on_banned(address()); });
    leave();
  }

 private:
  template <class Call>
  bool tell(Call call) {
    if (!left_)
      if (auto peers = peers_.lock()) call(*peers);
    return false;
  }
  void leave() {
    tell([&](PeerListener& l) { l.on_gone(id_); });
    left_ = true;
  }
  /// Port 0: where it listens is not known.
  [[nodiscard]] PeerAddress address() const {
    return {peer_.remote().address().to_string(), peer_.is_outgoing() ? peer_.remote().port() : std::uint16_t{0}};
  }

  int const id_;
  std::weak_ptr<WireListener> const torrent_;
  std::weak_ptr<PeerListener> const peers_;
  lt::peer_connection_handle peer_;
  bool const web_seed_;
  bool left_ = false;
};

class TorrentWire final : public lt::torrent_plugin {
 public:
  TorrentWire(std::weak_ptr<WireListener> listener, std::weak_ptr<PeerListener> peers)
      : listener_(std::move(listener)), peers_(std::move(peers)) {}

  std::shared_ptr<lt::peer_plugin> new_connection(lt::peer_connection_handle const& peer) override {
    return std::make_shared<PeerWire>(next_id++, listener_, peers_, peer);
  }
  void on_files_checked() override {
    if (auto l = listener_.lock()) l->on_checked();
  }
  void on_piece_pass(lt::piece_index_t piece) override {
    if (auto l = listener_.lock()) l->on_piece_verified(static_cast<int>(piece));
  }
  void on_piece_failed(lt::piece_index_t piece) override {
    if (auto l = listener_.lock()) l->on_piece_failed(static_cast<int>(piece));
  }

 private:
  std::weak_ptr<WireListener> const listener_;
  std::weak_ptr<PeerListener> const peers_;
};

}  // namespace

std::function<std::shared_ptr<lt::torrent_plugin>(lt::torrent_handle const&, lt::client_data_t)> make_wire(
    std::weak_ptr<WireListener> listener, std::weak_ptr<PeerListener> peers) {
  return
      [listener = std::move(listener), peers = std::move(peers)](lt::torrent_handle const& handle, lt::client_data_t) {
        if (auto l = listener.lock()) l->on_added(handle);
        return std::make_shared<TorrentWire>(listener, peers);
      };
}

}  // namespace swarm
