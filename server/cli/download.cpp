// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/download.hpp"

#include "config.hpp"
#include "log.hpp"
#include "swarm_settings.hpp"

#include <glib.h>

#include <algorithm>

namespace cli {

using Clock = std::chrono::steady_clock;

swarm::Settings settings() {
  auto config = default_config();
  config.log_level = "warn";
  read_environment(config);
  start_log(config.log_level);
  // A server on this machine may have the ports.
  if (!g_getenv("TORRENT_LISTEN")) config.torrent_listen = "0.0.0.0:0,[::]:0";
  auto settings = swarm_settings(config);
  settings.restore = false;
  return settings;
}

swarm::Settings settings_in_memory() {
  auto made = settings();
  made.storage = swarm::StorageKind::ram;
  made.download_path.clear();
  made.state_path.clear();
  return made;
}

Download::Download(swarm::Settings const& settings, swarm::Locator const& locator, swarm::AddOptions const& options)
    : session_(swarm::Session::create(settings)), torrent_(session_->add(locator, options)) {
  watch_ = torrent_->watch([this] {
    std::lock_guard const lock(mutex_);
    news_ = true;
    changed_.notify_all();
  });
}

Download::~Download() {
  watch_.reset();
  session_->stop();
}

bool Download::wait(std::function<bool()> const& ready, std::chrono::milliseconds timeout, std::stop_token const& stop,
                    std::function<void()> const& look, std::chrono::milliseconds interval) {
  auto const until = Clock::now() + timeout;
  for (;;) {
    torrent_->check();
    if (look) look();
    if (ready()) return true;
    if (stop.stop_requested() || (timeout.count() > 0 && Clock::now() >= until)) return false;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, interval, [&] { return news_; });
    news_ = false;
  }
}

bool Download::wait_for_metadata(std::chrono::milliseconds timeout, std::stop_token const& stop,
                                 std::function<void()> const& look) {
  if (wait([&] { return torrent_->metadata() != nullptr; }, timeout, stop, look)) return true;
  if (stop.stop_requested()) return false;
  throw late(swarm::Errc::metadata_timeout);
}

swarm::Error Download::late(swarm::Errc code) {
  auto const status = torrent_->status();
  auto const what = code == swarm::Errc::metadata_timeout ? std::string("what is in this torrent") : "these bytes";
  using State = swarm::TrackerStatus::State;
  auto const in_state = [&](State state) {
    return std::ranges::count(status.trackers, state, &swarm::TrackerStatus::state);
  };
  if (status.peers > 0)
    return {code, std::to_string(status.peers) + " peers are connected, but none gave " + what + " in time.",
            "Try again later: somebody who has it may come back."};
  if (!status.trackers.empty() && in_state(State::failed) == static_cast<std::ptrdiff_t>(status.trackers.size()))
    return {code, "None of the " + std::to_string(status.trackers.size()) + " trackers answers, and no peer was found.",
            "Is this machine on the Internet? Add trackers that work (TORRENT_TRACKERS, or &tr= in the magnet); "
            "gst-torrent "
            "check tells more."};
  if (in_state(State::working) > 0)
    return {code, "The trackers know no peer that can be reached.",
            "Nobody shares this now, or the info hash is wrong."};
  return {code, "No peer was found in time.",
          status.trackers.empty() ? "The torrent names no tracker: add some (TORRENT_TRACKERS, or &tr= in the magnet)."
                                  : "Wait longer (--timeout), or add trackers; gst-torrent check tells what is "
                                    "wrong with these."};
}

}  // namespace cli
