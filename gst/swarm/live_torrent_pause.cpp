// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a LiveTorrent has networking: what somebody said of it, which is remembered, and its rest.
#include "swarm/live_torrent.hpp"

#include <libtorrent/torrent_handle.hpp>

#include <utility>

namespace swarm {

using Clock = std::chrono::steady_clock;

bool LiveTorrent::paused() const { return state_.lock()->remembered.paused; }
Rest LiveTorrent::rest() const { return state_.lock()->rest; }

void LiveTorrent::set_paused(bool paused) {
  bool news = false;
  {
    auto state = state_.lock();
    news = std::exchange(state->remembered.paused, paused) != paused;
    if (!paused && state->rest == Rest::idle) state->rest = Rest::none;
  }
  follow_pause();
  if (!news) return;
  save_soon();
  watches_.notify();
}

void LiveTorrent::set_rest(Rest rest) {
  if (std::exchange(state_.lock()->rest, rest) == rest) return;
  follow_pause();
  watches_.notify();
}

void LiveTorrent::end_pause() {
  set_rest(Rest::none);
  set_paused(false);
}

void LiveTorrent::follow_pause() {
  {
    auto state = state_.lock();
    bool const paused = state->remembered.paused || state->rest != Rest::none;
    if (std::exchange(state->paused, paused) == paused) return;
    state->drowsy = false;
    if (!paused) last_used_ = Clock::now();  // or it would be idle at once
  }
  alone_since_ = never;
  on_network([self = me()](lt::torrent_handle const& handle) {
    if (self->has_networking())
      handle.resume();
    else
      handle.pause();
  });
  watches_.notify();
}

}  // namespace swarm
