// SPDX-License-Identifier: LGPL-2.1-or-later
// What a LiveTorrent's readers want, and how its Fetcher hears of it.
#include "swarm/demand.hpp"
#include "swarm/live_torrent.hpp"
#include "swarm/metadata.hpp"
#include "swarm/ram_budget.hpp"
#include "swarm/torrent_reader.hpp"

#include <libtorrent/torrent_handle.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace swarm {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

void LiveTorrent::demand_changed() {
  if (demand_posted_.exchange(true)) return;
  auto const posted = services_->network->post([self = me()] {
    self->demand_posted_ = false;
    self->apply_demand();
  });
  if (!posted) demand_posted_ = false;
}

void LiveTorrent::apply_demand() {
  auto const* handle = this->handle();
  if (!handle) return;
  std::vector<std::pair<milliseconds, ReaderWants>> waits;
  bool nobody = false;
  auto const trusted_share = fetcher_->trusted_share();
  {
    auto readers = readers_.lock();
    nobody = readers->empty();
    for (auto const* reader : *readers)
      if (auto wants = reader->wants(trusted_share)) waits.emplace_back(reader->waiting_for(), std::move(*wants));
  }
  // Who has waited longest comes first: one that takes all it can get is always waiting, but never for long.
  std::stable_sort(waits.begin(), waits.end(), [](auto const& a, auto const& b) { return a.first > b.first; });
  std::vector<ReaderWants> all;
  for (auto& [waited, wants] : waits) all.push_back(std::move(wants));
  std::shared_ptr<Metadata const> metadata;
  std::vector<bool> verified;
  std::optional<int> keep;
  bool failed = false;
  {
    auto state = state_.lock();
    metadata = state->metadata;
    verified = state->verified;
    keep = state->keep_file;
    failed = state->failure.has_value();
  }
  if (!metadata) return;
  auto wants = failed ? Wants() : demand(metadata->layout, all, keep);
  if (ram_) wants = RamBudget(metadata->layout, *ram_budget_).fit(std::move(wants));
  bool const leaves =
      ram_ ? !make_room(wants) : !evicted_.empty() && discarding_.empty() && (nobody || wants_evicted(wants));
  if (leaves) {
    fetcher_->want(std::move(wants));
    return start_over();
  }
  steer_web_seeds(*handle, metadata->layout, wants, verified);
  fetcher_->want(std::move(wants));
}

// For web seeds libtorrent picks, and always finds something to pick: while nothing is wanted it must not know them.
void LiveTorrent::steer_web_seeds(lt::torrent_handle const& handle, Layout const& layout, Wants const& wants,
                                  std::vector<bool> const& verified) {
  auto known = handle.url_seeds();
  auto known_http = handle.http_seeds();
  auto parked = state_.lock()->parked;
  forgive_web_seed(handle, known, parked.url);
  if (known.empty() && known_http.empty() && parked == ParkedSeeds()) {
    // The last one may have been thrown out. With its priorities libtorrent would tell peers that it has no interest in
    // what it lacks, and they would choke us for good.
    if (bands_.applied()) bands_.release(handle, layout.piece_count());
    return;
  }
  if (bands_.apply(handle, layout, wants, [&](int piece) { return verified[static_cast<std::size_t>(piece)]; })) {
    for (auto const& url : parked.url) handle.add_url_seed(url);
    for (auto const& url : parked.http) handle.add_http_seed(url);
    // One that was taken away while its name was looked up goes when that is over; until then it takes no other of the
    // same address.
    std::erase_if(parked.url, [there = handle.url_seeds()](auto const& url) { return there.contains(url); });
    std::erase_if(parked.http, [there = handle.http_seeds()](auto const& url) { return there.contains(url); });
    seeds_missing_ = parked != ParkedSeeds();
  } else {
    seeds_missing_ = false;
    for (auto const& url : known) handle.remove_url_seed(url);
    for (auto const& url : known_http) handle.remove_http_seed(url);
    parked.url.merge(known);
    parked.http.merge(known_http);
    bands_.release(handle, layout.piece_count());
  }
  state_.lock()->parked = std::move(parked);
}

// libtorrent throws a web seed out after some wrong pieces, also if another one's blocks in them were wrong. Where no
// other is left, each that had to go is asked once more, alone: now its bytes are nobody else's.
void LiveTorrent::forgive_web_seed(lt::torrent_handle const& handle, std::set<std::string>& known,
                                   std::set<std::string> const& parked) {
  constexpr std::size_t most = 100;  // one that redirects may have a new name each time
  for (auto const& url : seen_seeds_)
    if (!known.contains(url) && !parked.contains(url) && (thrown_out_.size() < most || thrown_out_.contains(url)))
      ++thrown_out_[url];
  if (known.empty() && parked.empty()) {
    auto const next = std::ranges::find_if(thrown_out_, [](auto const& seed) { return seed.second == 1; });
    if (next != thrown_out_.end()) {
      handle.remove_url_seed(next->first);  // it is kept as banned
      handle.add_url_seed(next->first);
      known.insert(next->first);
    }
  }
  seen_seeds_ = known;
}

void LiveTorrent::watchdog() {
  constexpr milliseconds peer_patience{1000};
  constexpr milliseconds patience{2000};
  constexpr milliseconds disk_patience{5000};
  bool try_disk = false;
  {
    auto state = state_.lock();
    auto const now = Clock::now();
    try_disk = now - state->disk_tried >= disk_patience;
    if (try_disk) state->disk_tried = now;
  }
  if (try_disk) {
    on_network([self = me()](lt::torrent_handle const&) {
      if (auto const again = std::exchange(self->try_disk_again_, nullptr)) again();
    });
  }
  struct Late {
    milliseconds time;
    LogLevel level;
  };
  std::map<int, Late> late;  // by piece
  milliseconds longest{0};
  {
    auto readers = readers_.lock();
    if (readers->empty()) {
      if (seeds_missing_) demand_changed();
      return;
    }
    for (auto const* reader : *readers) {
      auto const time = reader->waiting_for();
      longest = std::max(longest, time);
      int const piece = reader->waiting_piece();
      if (time > patience && piece >= 0) late[piece] = {time, late_.contains(piece) ? LogLevel::debug : LogLevel::info};
    }
  }
  late_.clear();
  for (auto const& [piece, wait] : late) late_.insert(piece);
  if (longest > peer_patience)
    on_network([self = me()](lt::torrent_handle const& handle) { self->call_peers(handle, 1); });
  if (late.empty()) return demand_changed();  // windows grow and end with time, too
  // Nothing here is set and forgotten: say it all again, in case libtorrent lost or refused a part of it.
  services_->network->post([self = me(), late = std::move(late)] {
    for (auto const& [piece, wait] : late)
      self->services_->log(wait.level, self->name() + ": a reader waits for piece " + std::to_string(piece) +
                                           " since " + std::to_string(wait.time.count()) +
                                           " ms: " + self->fetcher_->describe(piece));
    self->bands_.forget();
    self->apply_demand();
    self->fetcher_->get_in_step();
  });
}

}  // namespace swarm
