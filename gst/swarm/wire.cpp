// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/wire.hpp"

#include "swarm/metadata_fetch.hpp"

#include <libtorrent/bdecode.hpp>
#include <libtorrent/client_data.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/hasher.hpp>
#include <libtorrent/operations.hpp>
#include <libtorrent/peer_connection.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/peer_request.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <libtorrent/torrent_info.hpp>
#include <libtorrent/torrent_peer.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <string>

namespace swarm {
namespace {

std::atomic<int> next_id = 0;  // a torrent may leave libtorrent and come back

Extent extent_of(lt::peer_request const& r) { return {static_cast<int>(r.piece), r.start, r.length}; }

void append(std::string& message, int number) {
  for (int shift = 24; shift >= 0; shift -= 8) message += static_cast<char>(static_cast<unsigned>(number) >> shift);
}

void append(std::string& messages, char id, Extent extent) {
  append(messages, 13);
  messages += id;
  for (int const number : {extent.piece, extent.start, extent.length}) append(messages, number);
}

/// The metadata of a torrent that had to fetch them, as they come and as we give them to others: libtorrent's plug-in
/// keeps the half that it had got itself, and would send that.
struct MetadataWire {
  static constexpr char extension[] = "ut_metadata";
  static constexpr int largest = 10 * 1024 * 1024;
  static constexpr int our_id = 2;                  // libtorrent's own plug-in says so in our handshake
  enum Kind { request = 0, data = 1, reject = 2 };  // BEP 9

  /// One of its peers: parts that it should be asked for.
  class Asker {
   public:
    virtual void ask(std::vector<int> const& parts) = 0;

   protected:
    ~Asker() = default;
  };

  explicit MetadataWire(lt::torrent_handle const& handle)
      : torrent(handle), fetch(largest, [handle](std::span<char const> all) { return are_of(handle, all); }) {}
  static bool are_of(lt::torrent_handle const& handle, std::span<char const> all) {
    auto const hashes = handle.info_hashes();
    lt::span<char const> const bytes(all.data(), std::ssize(all));
    return hashes.has_v1() ? lt::hasher(bytes).final() == hashes.v1 : lt::hasher256(bytes).final() == hashes.v2;
  }
  /// Whatever has happened to one may be work for others.
  void ask_all() {
    if (fetch.over()) return;
    auto const now = std::chrono::steady_clock::now();
    auto const all = askers;  // one may leave as it is asked
    for (auto const& [id, asker] : all)
      if (auto const parts = fetch.ask(id, now); !parts.empty()) asker->ask(parts);
  }
  /// Empty: not known yet.
  lt::span<char const> bytes() {
    if (!info) info = torrent.torrent_file();
    return info ? info->info_section() : lt::span<char const>();
  }

  lt::torrent_handle torrent;
  MetadataFetch fetch;
  std::map<MetadataFetch::PeerId, Asker*> askers;
  std::shared_ptr<lt::torrent_info const> info;
};

/// Requests are small: with Nagle's algorithm each waits until the one before is acknowledged, a round trip or more.
/// (libtorrent doesn't export the type information that the sanitizer wants to look at.)
[[gnu::no_sanitize("vptr")]] void send_at_once(lt::peer_connection_handle const& peer) {
  lt::error_code ignored;
  peer.native_handle()->get_socket().set_option(lt::tcp::no_delay(true), ignored);
}

/// Its hashes, and its questions for some, end the connection then. Before the metadata are known libtorrent believes a
/// peer that comes to us and says that it knows v2. If they turn out to be of v1 alone, it then looks for hashes that
/// are not there, and the process ends (2.0.8).
[[gnu::no_sanitize("vptr")]] void forget_v2(lt::peer_connection_handle const& peer) {
  auto const connection = peer.native_handle();
  if (!connection) return;
  lt::peer_connection_interface const& told = *connection;  // its own function would be compiled here, and looked at
  if (auto* const known = told.peer_info_struct()) known->protocol_v2 = false;
}

class PeerWire final : public lt::peer_plugin, public WirePeer, MetadataWire::Asker {
 public:
  PeerWire(int id, std::weak_ptr<WireListener> torrent, std::weak_ptr<PeerListener> peers,
           lt::peer_connection_handle const& peer, std::shared_ptr<MetadataWire> metadata)
      : id_(id),
        torrent_(std::move(torrent)),
        peers_(std::move(peers)),
        peer_(peer),
        web_seed_(peer.type() != lt::connection_type::bittorrent),
        metadata_(std::move(metadata)) {
    tell([&](PeerListener& l) { l.on_peer(id_, *this); });
    auto const listener = torrent_.lock();
    if (listener && web_seed_) listener->on_web_seed(peer_);
    if (listener && !web_seed_ && peer_.is_outgoing()) listener->on_connecting();
  }
  PeerWire(PeerWire const&) = delete;
  PeerWire& operator=(PeerWire const&) = delete;
  ~PeerWire() override { leave(); }

  // WirePeer
  bool has(int piece) const override { return peer_.has_piece(lt::piece_index_t(piece)); }
  /// Port 0: where it listens is not known.
  PeerAddress address() const override {
    return {peer_.remote().address().to_string(), peer_.is_outgoing() ? peer_.remote().port() : std::uint16_t{0}};
  }
  void request(std::span<Extent const> extents) override {
    std::string messages;
    messages.reserve(extents.size() * 17);
    for (auto const& extent : extents) append(messages, 6, extent);
    send(messages);
  }

  void refuse() override {
    if (peer_.native_handle()) peer_.disconnect(lt::errors::banned_by_ip_filter, lt::operation_t::connect);
  }

  // lt::peer_plugin; false = libtorrent goes on as usual
  void on_connected() override {
    if (auto torrent = torrent_.lock(); torrent && !web_seed_) torrent->on_connected();
  }
  bool on_handshake(lt::span<char const> reserved) override {
    fast_ = reserved.size() >= 8 && (reserved[7] & 4);
    if (!web_seed_) send_at_once(peer_);
    bool takes_hashes = !metadata_ || metadata_->torrent.info_hashes().has_v2();
    if (auto torrent = torrent_.lock()) {
      takes_hashes = takes_hashes && torrent->takes_hashes();
      torrent->on_handshake(peer_.is_outgoing() ? std::optional(address()) : std::nullopt);
    }
    if (!takes_hashes) forget_v2(peer_);
    return true;
  }
  bool on_extension_handshake(lt::bdecode_node const& handshake) override {
    if (auto const reqq = handshake.dict_find_int_value("reqq", 0); reqq > 0)
      tell([&](PeerListener& l) { l.on_queue_limit(id_, static_cast<int>(std::min<std::int64_t>(reqq, 10'000))); });
    auto const extensions = handshake.dict_find_dict("m");
    if (metadata_ && extensions) {
      auto const their_id = extensions.dict_find_int_value(MetadataWire::extension, 0);
      metadata_id_ = their_id > 0 && their_id < 256 ? static_cast<int>(their_id) : 0;
      auto const size = handshake.dict_find_int_value("metadata_size", 0);
      if (metadata_id_ > 0 && size > 0 && size <= MetadataWire::largest) {
        metadata_->fetch.offered(id_, static_cast<int>(size));
        metadata_->askers[id_] = this;
        metadata_->ask_all();
      } else {
        give_up_metadata();  // it may have offered them before
      }
    }
    return true;
  }
  bool on_extended(int length, int id, lt::span<char const> body) override {
    if (!metadata_ || id != MetadataWire::our_id || static_cast<int>(body.size()) < length) return false;
    lt::error_code error;
    auto const message = lt::bdecode(body, error);
    if (error || message.type() != lt::bdecode_node::dict_t) return false;
    auto const part = static_cast<int>(message.dict_find_int_value("piece", -1));
    auto const head = static_cast<std::ptrdiff_t>(message.data_section().size());
    auto const kind = message.dict_find_int_value("msg_type", -1);
    if (kind == MetadataWire::request) return give_metadata(part);
    if (kind == MetadataWire::data)
      metadata_->fetch.arrived(id_, part, {body.data() + head, static_cast<std::size_t>(body.size() - head)},
                               std::chrono::steady_clock::now());
    else if (kind == MetadataWire::reject)
      metadata_->fetch.rejected(id_, part);
    if (auto const all = metadata_->fetch.take()) metadata_->torrent.set_metadata(*all);
    metadata_->ask_all();
    return false;  // libtorrent's plug-in looks after what it asked for itself
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
  bool on_request(lt::peer_request const& r) override {
    auto torrent = torrent_.lock();
    if (!torrent || torrent->may_upload(static_cast<int>(r.piece))) return false;
    if (fast_) say(16, extent_of(r));  // BEP 6: reject
    return true;
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
  void ask(std::vector<int> const& parts) override {
    std::string messages;
    for (int const part : parts) append_metadata(messages, "d8:msg_typei0e5:piecei" + std::to_string(part) + "ee");
    send(messages);
  }
  /// False: libtorrent says that there are none.
  bool give_metadata(int part) {
    auto const bytes = metadata_->bytes();
    if (bytes.empty() || metadata_id_ <= 0 || part < 0) return false;
    auto const start = std::int64_t{part} * MetadataFetch::part_bytes;
    if (start >= bytes.size()) return false;
    auto const size = std::min<std::int64_t>(MetadataFetch::part_bytes, bytes.size() - start);
    // Who asks again and again gets no more: it would fill our memory.
    bool const give = given_metadata_++ < 4 + 4 * static_cast<int>(bytes.size() / MetadataFetch::part_bytes);
    std::string body = give ? "d8:msg_typei1e5:piecei" : "d8:msg_typei2e5:piecei";
    body += std::to_string(part);
    body += "e10:total_sizei";
    body += std::to_string(bytes.size());
    body += "ee";
    if (give) body.append(bytes.data() + start, static_cast<std::size_t>(size));
    std::string message;
    append_metadata(message, body);
    send(message);
    return true;
  }
  void append_metadata(std::string& messages, std::string const& body) const {
    append(messages, static_cast<int>(body.size()) + 2);
    messages += char{20};  // BEP 10
    messages += static_cast<char>(metadata_id_);
    messages += body;
  }
  void say(char id, Extent extent) {
    std::string message;
    append(message, id, extent);
    send(message);
  }
  void send(std::string const& messages) {
    if (!messages.empty() && !peer_.is_disconnecting())
      peer_.send_buffer(messages.data(), static_cast<int>(messages.size()));
  }
  template <class Call>
  bool tell(Call call) {
    if (!left_)
      if (auto peers = peers_.lock()) call(*peers);
    return false;
  }
  void give_up_metadata() {
    if (!metadata_ || metadata_->askers.erase(id_) == 0) return;
    metadata_->fetch.gone(id_);
    metadata_->ask_all();
  }
  void leave() {
    give_up_metadata();
    tell([&](PeerListener& l) { l.on_gone(id_); });
    left_ = true;
  }

  int const id_;
  std::weak_ptr<WireListener> const torrent_;
  std::weak_ptr<PeerListener> const peers_;
  lt::peer_connection_handle peer_;
  bool const web_seed_;
  std::shared_ptr<MetadataWire> const metadata_;  // null: they were known from the start
  int metadata_id_ = 0;
  int given_metadata_ = 0;
  bool fast_ = false;  // it speaks BEP 6
  bool left_ = false;
};

class TorrentWire final : public lt::torrent_plugin {
 public:
  TorrentWire(std::weak_ptr<WireListener> listener, std::weak_ptr<PeerListener> peers, lt::torrent_handle const& handle)
      : listener_(std::move(listener)), peers_(std::move(peers)) {
    if (!handle.torrent_file()) metadata_ = std::make_shared<MetadataWire>(handle);
  }

  std::shared_ptr<lt::peer_plugin> new_connection(lt::peer_connection_handle const& peer) override {
    return std::make_shared<PeerWire>(next_id++, listener_, peers_, peer, metadata_);
  }
  void tick() override {
    if (metadata_) metadata_->ask_all();
  }
  void on_files_checked() override {
    if (metadata_) metadata_->fetch.end();
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
  std::shared_ptr<MetadataWire> metadata_;
};

}  // namespace

std::function<std::shared_ptr<lt::torrent_plugin>(lt::torrent_handle const&, lt::client_data_t)> make_wire(
    std::weak_ptr<WireListener> listener, std::weak_ptr<PeerListener> peers) {
  return
      [listener = std::move(listener), peers = std::move(peers)](lt::torrent_handle const& handle, lt::client_data_t) {
        if (auto l = listener.lock()) l->on_added(handle);
        return std::make_shared<TorrentWire>(listener, peers, handle);
      };
}

}  // namespace swarm
