// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/plain_peer.hpp"

#include "support/peer_messages.hpp"
#include "swarm/types.hpp"

#include <libtorrent/torrent_info.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <cstring>
#include <deque>
#include <utility>

namespace support {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t enough = 256 * 1024;  // under way
enum Message : char { choke = 0, unchoke = 1, interested = 2, bitfield = 5, request = 6, piece = 7, extended = 20 };

std::uint32_t number(std::string const& from, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, from.data() + at, sizeof value);
  return ntohl(value);
}

void say(std::string& out, Message id, std::string const& payload = {}) { out += peer::message(id, payload); }

// Our numbers of extensions, and libtorrent's of the same.
constexpr char pex = 1, metadata = 2;

/// BEP 11.
void say_peers(std::string& out, std::vector<Endpoint> const& peers) {
  std::string compact;
  for (auto const& peer : peers) {
    in_addr address{};
    inet_pton(AF_INET, peer.host.c_str(), &address);
    compact.append(reinterpret_cast<char const*>(&address), sizeof address);
    auto const port = htons(peer.port);
    compact.append(reinterpret_cast<char const*>(&port), sizeof port);
  }
  say(out, extended,
      pex + ("d5:added" + std::to_string(compact.size())) + ':' + compact + "7:added.f" + std::to_string(peers.size()) +
          ':' + std::string(peers.size(), '\0') + "e");
}

}  // namespace

class PlainLine final : public Line {
 public:
  explicit PlainLine(std::shared_ptr<PlainPeer::State> state) : state_(std::move(state)) {}

  bool receive(std::string& in) override {
    if (!torrent_ && !shake(in)) return in.size() < peer::handshake_size;
    while (torrent_ && in.size() >= 4 && in.size() >= 4 + number(in, 0)) {
      auto const message = in.substr(4, number(in, 0));
      in.erase(0, 4 + message.size());
      if (!message.empty()) hear(message);
    }
    return true;
  }

  bool send(std::string& out) override {
    if (!torrent_ || Clock::now() < state_->speaks_from) return true;
    auto const& options = state_->options;
    std::lock_guard lock(state_->mutex);
    if (!greeted_) greet(out);
    out += std::exchange(answers_, {});
    for (; told_ < state_->others.size(); ++told_) say_peers(out, {state_->others[told_]});
    if (choking_ && interested_ && unchoke_at_ && Clock::now() >= *unchoke_at_) {
      choking_ = false;
      unchoke_at_.reset();
      given_ = 0;
      say(out, unchoke);
    }
    while (!choking_ && !queue_.empty() && out.size() < enough) {
      give(out);
      if (options.blocks_until_choke > 0 && ++given_ >= options.blocks_until_choke) {
        choking_ = true;
        say(out, choke);
        ++state_->chokes;
        for (auto const& waiting : queue_) drop(waiting.log);
        queue_.clear();
        if (options.choked_for.count() >= 0) unchoke_at_ = Clock::now() + options.choked_for;
      }
    }
    return true;
  }

  [[nodiscard]] std::optional<Time> due() const override {
    if (torrent_ && !greeted_) return state_->speaks_from;
    return interested_ && greeted_ ? unchoke_at_ : std::nullopt;
  }

 private:
  struct Waiting {
    std::uint32_t piece, start, length;
    std::size_t log;  ///< where in State::asked
  };

  /// False: not whole, or of another torrent.
  bool shake(std::string& in) {
    if (in.size() < peer::handshake_size) return false;
    for (auto const& torrent : state_->torrents)
      if (in.compare(28, 20, peer::bytes_of_hex(torrent.v1_hex)) == 0) torrent_ = &torrent;
    if (torrent_) in.erase(0, peer::handshake_size);
    return torrent_;
  }
  void greet(std::string& out) {
    greeted_ = true;
    ++state_->met;
    std::string reserved(8, '\0');
    if (state_->options.extended) reserved[5] = 0x10;
    out += peer::handshake(reserved, peer::bytes_of_hex(torrent_->v1_hex), state_->id);
    if (state_->options.extended)
      say(out, extended,
          '\0' + ("d1:md11:ut_metadatai2e6:ut_pexi1ee13:metadata_sizei" +
                  std::to_string(torrent_->info->info_section().size()) + "ee"));
    std::string have(static_cast<std::size_t>((torrent_->piece_count + 7) / 8), '\xff');
    if (int const spare = torrent_->piece_count % 8) have.back() = static_cast<char>(0xff << (8 - spare));
    say(out, bitfield, have);
    unchoke_at_ = Clock::now() + state_->options.first_choke;
  }
  void hear(std::string const& message) {
    if (message[0] == interested) interested_ = true;
    if (message[0] == extended && message.size() > 2 && message[1] == metadata) give_metadata(message);
    if (message[0] != request || message.size() < 13) return;
    std::lock_guard lock(state_->mutex);
    Waiting const asked{number(message, 1), number(message, 5), number(message, 9), state_->asked.size()};
    state_->asked.push_back({static_cast<int>(asked.piece), static_cast<int>(asked.start), Clock::now()});
    if (choking_)
      drop(asked.log);
    else
      queue_.push_back(asked);
  }
  /// BEP 9: a request names a part. libtorrent's own number of the extension is the same as ours.
  void give_metadata(std::string const& message) {
    constexpr std::size_t part_size = 16 * KiB;
    auto const key = message.find("5:piecei");
    auto const info = torrent_->info->info_section();
    auto const all = std::string(info.data(), static_cast<std::size_t>(info.size()));
    if (key == std::string::npos || message.find("8:msg_typei0e") == std::string::npos) return;
    auto const part = std::stoul(message.substr(key + 8));
    if (part * part_size >= all.size()) return;
    say(answers_, extended,
        metadata + ("d8:msg_typei1e5:piecei" + std::to_string(part) + "e10:total_sizei") + std::to_string(all.size()) +
            "ee" + all.substr(part * part_size, part_size));
  }
  void give(std::string& out) {
    auto const asked = queue_.front();
    queue_.pop_front();
    std::string payload;
    peer::append(payload, asked.piece);
    peer::append(payload, asked.start);
    auto const head = payload.size();
    payload.resize(head + std::min<std::uint32_t>(asked.length, swarm::block_bytes));
    torrent_->read(std::int64_t{asked.piece} * torrent_->piece_size + asked.start,
                   std::as_writable_bytes(std::span(payload)).subspan(head));
    say(out, piece, payload);
    state_->served += static_cast<std::int64_t>(payload.size() - head);
  }
  void drop(std::size_t log) {
    state_->asked[log].dropped = true;
    state_->asked[log].dropped_at = Clock::now();
  }

  std::shared_ptr<PlainPeer::State> state_;
  MadeTorrent const* torrent_ = nullptr;
  std::deque<Waiting> queue_;
  std::optional<Time> unchoke_at_;
  std::string answers_;
  std::size_t told_ = 0;
  int given_ = 0;  ///< since it unchoked
  bool greeted_ = false, choking_ = true, interested_ = false;
};

PlainPeer::PlainPeer(std::vector<MadeTorrent> torrents, PlainPeerOptions options) : state_(std::make_shared<State>()) {
  state_->torrents = std::move(torrents);
  state_->options = options;
  state_->speaks_from = Clock::now() + options.silent_for;
  static std::atomic<unsigned> next = 100'000'000;  // libtorrent drops one of two peers of the same name
  state_->id = "-PL0001-" + std::to_string(next++) + "abc";
  lines_ = std::make_unique<Lines>([state = state_] { return std::make_unique<PlainLine>(state); });
}

PlainPeer::~PlainPeer() = default;

Endpoint PlainPeer::endpoint() const { return lines_->endpoint(); }

std::vector<PlainPeer::Asked> PlainPeer::asked() const {
  std::lock_guard lock(state_->mutex);
  return state_->asked;
}
int PlainPeer::chokes() const {
  std::lock_guard lock(state_->mutex);
  return state_->chokes;
}
std::int64_t PlainPeer::served() const {
  std::lock_guard lock(state_->mutex);
  return state_->served;
}
int PlainPeer::met() const {
  std::lock_guard lock(state_->mutex);
  return state_->met;
}

void PlainPeer::tell_of(Endpoint const& other) {
  {
    std::lock_guard lock(state_->mutex);
    state_->others.push_back(other);
  }
  lines_->wake();
}

}  // namespace support
