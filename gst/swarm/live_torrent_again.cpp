// SPDX-License-Identifier: LGPL-2.1-or-later
// How a LiveTorrent leaves libtorrent and comes back: for peers that have to be tried anew, for pieces that memory had
// no room for, since libtorrent never forgets a piece that it has seen, and where libtorrent gave it up without need.
#include "swarm/error.hpp"
#include "swarm/live_torrent.hpp"
#include "swarm/ram_budget.hpp"

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/announce_entry.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <libtorrent/torrent_info.hpp>

#include <algorithm>

namespace swarm {

void LiveTorrent::put(lt::add_torrent_params params) {
  anew_ = std::make_unique<lt::add_torrent_params>(params);
  for (auto* pieces : {&anew_->have_pieces, &anew_->verified_pieces}) pieces->clear();  // those of then
  {
    auto state = state_.lock();
    state->status.download_limit = std::max(params.download_limit, 0);
    state->status.upload_limit = std::max(params.upload_limit, 0);
  }
  give(std::move(params));
}

// libtorrent connects at once to the peers of a torrent that is resumed; to those of one that is added at its next
// tick, which may be more than a second away. But paused it would not hash files of which nothing is known; and a web
// seed should come before the peers: libtorrent, which picks for it, does not know what they were asked for.
void LiveTorrent::give(lt::add_torrent_params params) {
  bool const web_seeds = !params.url_seeds.empty() || (params.ti && !params.ti->web_seeds().empty());
  if (!params.ti || (!params.have_pieces.empty() && !web_seeds)) params.flags |= lt::torrent_flags::paused;
  services_->put(std::move(params));
}

void LiveTorrent::go() {
  services_->network->post([self = me()] {
    if (auto const* handle = self->handle(); handle && self->has_networking()) handle->resume();
  });
}

bool LiveTorrent::v2_alone() const {
  auto const hash = this->hash();
  return hash.v2 && !hash.v1;
}

void LiveTorrent::try_peers_again() {
  services_->network->post([self = me()] {
    if (self->metadata() || !std::exchange(self->may_try_again_, false)) return;
    self->start_over();
  });
}

void LiveTorrent::start_over() {
  auto const* handle = this->handle();
  if (!anew_ || !handle) return;
  auto params = *anew_;
  params.ti = std::const_pointer_cast<lt::torrent_info>(info_);
  if (params.ti && v2_alone()) params.ti = handle->torrent_file_with_hashes();  // or pieces wait for hashes again
  // Those of now: some were added since, and a private torrent has lost those that were injected. libtorrent has put
  // them into the metadata, too.
  params.flags |= lt::torrent_flags::override_trackers | lt::torrent_flags::override_web_seeds;
  params.trackers.clear();
  params.tracker_tiers.clear();
  for (auto const& tracker : handle->trackers()) {
    params.trackers.push_back(tracker.url);
    params.tracker_tiers.push_back(tracker.tier);
  }
  auto const url_seeds = handle->url_seeds(), http_seeds = handle->http_seeds();
  params.url_seeds.assign(url_seeds.begin(), url_seeds.end());
  params.http_seeds.assign(http_seeds.begin(), http_seeds.end());
  params.flags &= ~lt::torrent_flags::paused;
  {
    auto state = state_.lock();
    if (state->paused) params.flags |= lt::torrent_flags::paused;
    for (auto const& peer : state->remembered.peers) {
      if (fetcher_->lies(peer.host)) continue;
      boost::system::error_code error;
      auto const address = lt::make_address(peer.host, error);
      if (!error) params.peers.emplace_back(address, peer.port);
    }
    params.have_pieces.clear();
    params.unfinished_pieces.clear();
    if (state->metadata) {
      params.have_pieces.resize(state->metadata->layout.piece_count(), false);
      for (std::size_t p = 0; p < state->verified.size(); ++p)
        if (state->verified[p]) params.have_pieces.set_bit(lt::piece_index_t(static_cast<int>(p)));
      // Else they are fetched again, and somebody's wrong bytes may come to where right ones are read.
      for (int const p : state->recorded) params.have_pieces.set_bit(lt::piece_index_t(p));
      for (int const p : discarding_) params.have_pieces.set_bit(lt::piece_index_t(p));
    }
  }
  evicted_ = discarding_;
  bands_.forget();
  fetcher_->pause();
  services_->drop(*handle);
  handle_.reset();
  handle_id_ = 0;
  give(std::move(params));
}

void LiveTorrent::on_contradiction() {
  services_->network->post([self = me()] {
    if (std::exchange(self->takes_hashes_, false)) {
      self->services_->log(LogLevel::warning, self->name() +
                                                  ": somebody sent hashes that libtorrent takes for a "
                                                  "contradiction; it goes on without hashes of peers");
      return self->start_over();
    }
    self->fail(Error(Errc::bad_metadata, "The torrent's v1 and v2 hashes contradict each other.",
                     "This torrent can't be used; look for another one."));
  });
}

bool LiveTorrent::make_room(Wants const& wants) {
  std::vector<bool> verified;
  {
    auto state = state_.lock();
    verified = state->verified;
  }
  std::vector<int> whole, unfinished;
  auto const held = ram_->held();
  for (int const piece : held) {
    if (verified[static_cast<std::size_t>(piece)])
      whole.push_back(piece);
    else if (fetcher_->has_begun(piece))
      unfinished.push_back(piece);
    else
      ram_->drop(piece);  // written by a block that came while the torrent left libtorrent
  }
  for (int const piece : RamBudget(ram_->layout(), *ram_budget_).surplus(whole, unfinished, wants)) give_up(piece);
  bool all = true;
  for (auto const& window : wants.ahead)
    for (int piece = window.first; piece < window.last; ++piece) {
      if (verified[static_cast<std::size_t>(piece)] && !std::binary_search(held.begin(), held.end(), piece))
        give_up(piece);
      all = all && !evicted_.contains(piece);
    }
  return all;
}

void LiveTorrent::give_up(int piece) {
  evicted_.insert(piece);
  fetcher_->give_up(piece);
  {
    auto state = state_.lock();
    auto&& verified = state->verified[static_cast<std::size_t>(piece)];
    state->recorded.erase(piece);
    state->verified_count -= verified ? 1 : 0;
    verified = false;
  }
  if (ram_) ram_->drop(piece);
}

}  // namespace swarm
