// SPDX-License-Identifier: LGPL-2.1-or-later
// Which peers a LiveTorrent has libtorrent try, and when.
#include "swarm/live_torrent.hpp"

#include <libtorrent/announce_entry.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/operations.hpp>
#include <libtorrent/peer_connection_handle.hpp>
#include <libtorrent/peer_info.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <libtorrent/torrent_info.hpp>

#include <algorithm>

namespace swarm {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

void connect(lt::torrent_handle const& torrent, std::vector<PeerAddress> const& peers,
             lt::peer_source_flags_t source = {}) {
  for (auto const& peer : peers) {
    boost::system::error_code error;
    auto const address = lt::make_address(peer.host, error);
    // No flags: by default libtorrent would believe of each one, again and again, that it takes uTP.
    if (!error && peer.port != 0) torrent.connect_peer({address, peer.port}, source, {});
  }
}

}  // namespace

void LiveTorrent::add_sources(Locator const& more) {
  {
    auto state = state_.lock();
    auto& own = state->remembered.trackers;
    auto& shown = state->status.trackers;
    for (auto const& url : more.trackers) {
      if (std::find(own.begin(), own.end(), url) == own.end()) own.push_back(url);
      if (services_->p2p && std::ranges::find(shown, url, &TrackerStatus::url) == shown.end())
        shown.push_back({url, {}, -1, -1, {}});
    }
    for (auto const& peer : more.peers) state->remembered.add_peer(peer);
  }
  on_network([self = me(), more](lt::torrent_handle const& handle) {
    if (self->services_->p2p)
      for (auto const& url : more.trackers) handle.add_tracker(lt::announce_entry(url));
    if (more.metainfo && !self->metadata()) self->take_metadata(handle, *more.metainfo);
    for (auto const& url : more.web_seeds) handle.add_url_seed(url);
    connect(handle, more.peers);
  });
  if (!more.web_seeds.empty()) demand_changed();
  if (!more.trackers.empty() || !more.web_seeds.empty() || !more.peers.empty()) save_soon();
}

void LiveTorrent::take_metadata(lt::torrent_handle const& handle, std::vector<char> const& metainfo) {
  lt::error_code error;
  lt::torrent_info const info(lt::span<char const>(metainfo.data(), static_cast<std::ptrdiff_t>(metainfo.size())),
                              error, lt::from_span);
  // libtorrent compares the info hash, as with metadata that a peer sent.
  if (error || !handle.set_metadata(info.info_section())) return;
  for (auto const& seed : info.web_seeds())
    if (seed.type == lt::web_seed_entry::url_seed) handle.add_url_seed(seed.url);
}

// libtorrent tries a peer that has failed n times n + 1 seconds later, and each time that a tracker names it there was
// one failure less. Named once a second, a peer that was away is there two seconds after it is back.
void LiveTorrent::call_peers(lt::torrent_handle const& handle, int times) {
  if (!services_->p2p) return;
  constexpr std::size_t most = 20;
  auto peers = state_.lock()->remembered.peers;
  if (peers.size() > most) peers.erase(peers.begin(), peers.end() - most);  // the latest are the last
  std::erase_if(peers, [&](auto const& peer) { return fetcher_->connected(peer.host) || fetcher_->lies(peer.host); });
  for (; times > 0; --times) connect(handle, peers, lt::peer_info::tracker);
}

void LiveTorrent::reconnect(std::vector<PeerAddress> banned) {
  services_->log(LogLevel::info, name() + ": " + std::to_string(banned.size()) +
                                     " peers were banned for what one of them did; that is taken back");
  services_->unban(banned);
  // Where one listens that came to us may be known from another time.
  auto const peers = state_.lock()->remembered.peers;
  for (auto const& known : peers)
    if (std::ranges::find(banned, known.host, &PeerAddress::host) != banned.end()) banned.push_back(known);
  if (auto const* handle = this->handle()) connect(*handle, banned);
}

void LiveTorrent::on_connecting() {
  auto none = never;
  if (alone_since_.compare_exchange_strong(none, Clock::now())) taken_ = false;
}

void LiveTorrent::on_connected() { taken_ = true; }

// libtorrent begins to connect when this returns, and hears of it in a later turn: this comes before any request goes
// out.
void LiveTorrent::on_web_seed(lt::peer_connection_handle const& seed) {
  auto const& allowed = services_->web_seed_allowed;
  if (!allowed || allowed(seed.remote().address().to_string())) return;
  services_->network->post([seed = seed]() mutable {
    if (seed.native_handle()) seed.disconnect(lt::errors::banned_by_ip_filter, lt::operation_t::connect);
  });
}

void LiveTorrent::on_handshake(std::optional<PeerAddress> listening) {
  if (listening) state_.lock()->remembered.add_peer(*listening);
  figures_due_ = true;
  if (seen_handshake_.exchange(true)) return;
  phase(&Phases::connect);
  watches_.notify();
}

bool LiveTorrent::lonely(Clock::time_point now) const {
  if (seen_handshake_ || removed_ || alone_since_.load() == never) return false;
  bool const wanted = readers() > 0;
  {
    auto state = state_.lock();
    // Nobody else's peers are to be tried by uTP first because of one that is not needed.
    if (state->paused || state->failure || (!wanted && state->metadata && !state->keep_file)) return false;
  }
  // One whose upload is limited may take a second to shake hands.
  return now - alone_since_.load() > milliseconds(taken_ ? 2000 : 400);
}

}  // namespace swarm
