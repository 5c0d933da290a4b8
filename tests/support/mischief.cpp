// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/mischief.hpp"

#include "swarm/layout.hpp"

#include <libtorrent/client_data.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/peer_request.hpp>

#include <string>
#include <utility>

namespace support {
namespace {

constexpr int blocks_until_choke = 5;
constexpr int blocks_until_garbage = 20;

enum Message : char { choke = 0, unchoke = 1, piece = 7, reject = 16 };

class Rogue final : public lt::peer_plugin {
 public:
  Rogue(Mischief kind, MadeTorrent torrent, lt::peer_connection_handle peer)
      : kind_(kind), torrent_(std::move(torrent)), peer_(std::move(peer)) {}

  bool on_request(lt::peer_request const& asked) override {
    ++count_;
    switch (kind_) {
      case Mischief::none:
        return false;
      case Mischief::doubled:
        block(asked);
        block(asked);
        break;
      case Mischief::unasked:
        block(asked);
        block(elsewhere(asked));
        break;
      case Mischief::oversized:
        block(asked, asked.length + 1000);
        break;
      case Mischief::truncated:
        block(asked, asked.length / 2);
        break;
      case Mischief::displaced:
        block(elsewhere(asked));
        break;
      case Mischief::garbage:
        block(asked);
        if (count_ % blocks_until_garbage == 0) out_ += std::string("\0\0\0\x05\xfa", 5) + std::string(400, '\xff');
        break;
      case Mischief::refusing:
        say(reject, {static_cast<int>(asked.piece), asked.start, asked.length});
        break;
      case Mischief::choking:
        block(asked);
        if (count_ % blocks_until_choke == 0) {
          say(choke);
          say(unchoke);
        }
        break;
    }
    peer_.send_buffer(out_.data(), static_cast<int>(out_.size()));
    out_.clear();
    return true;
  }

 private:
  [[nodiscard]] lt::peer_request elsewhere(lt::peer_request asked) const {
    asked.piece = lt::piece_index_t((static_cast<int>(asked.piece) + count_ * 7) % (torrent_.piece_count - 1));
    return asked;
  }
  void number(int value) {
    for (int shift = 24; shift >= 0; shift -= 8) out_ += static_cast<char>(static_cast<unsigned>(value) >> shift);
  }
  void say(Message id, std::vector<int> const& numbers = {}, std::string const& payload = {}) {
    number(1 + 4 * static_cast<int>(numbers.size()) + static_cast<int>(payload.size()));
    out_ += static_cast<char>(id);
    for (int const value : numbers) number(value);
    out_ += payload;
  }
  void block(lt::peer_request const& r, int length = 0) {
    std::string bytes(static_cast<std::size_t>(length ? length : r.length), 'x');
    auto const good = std::min(bytes.size(), static_cast<std::size_t>(r.length));
    torrent_.read(static_cast<std::int64_t>(static_cast<int>(r.piece)) * torrent_.piece_size + r.start,
                  std::as_writable_bytes(std::span(bytes).first(good)));
    say(piece, {static_cast<int>(r.piece), r.start}, bytes);
  }

  Mischief const kind_;
  MadeTorrent const torrent_;
  lt::peer_connection_handle peer_;
  int count_ = 0;
  std::string out_;
};

struct Rogues final : lt::torrent_plugin {
  Rogues(Mischief k, MadeTorrent t) : kind(k), torrent(std::move(t)) {}
  std::shared_ptr<lt::peer_plugin> new_connection(lt::peer_connection_handle const& peer) override {
    return std::make_shared<Rogue>(kind, torrent, peer);
  }
  Mischief kind;
  MadeTorrent torrent;
};

}  // namespace

std::function<std::shared_ptr<lt::torrent_plugin>(lt::torrent_handle const&, lt::client_data_t)> make_mischief(
    Mischief kind, MadeTorrent torrent) {
  return [kind, torrent = std::move(torrent)](lt::torrent_handle const&, lt::client_data_t) {
    return std::make_shared<Rogues>(kind, torrent);
  };
}

}  // namespace support
