// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "swarm/error.hpp"
#include "swarm/session.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

namespace cli {

/// What the environment says, for a process that has one torrent and leaves other processes' ports and folders alone.
/// Throws ConfigError.
swarm::Settings settings();
/// The same with nothing on disk.
swarm::Settings settings_in_memory();

/// A session with one torrent.
class Download {
 public:
  Download(swarm::Settings const& settings, swarm::Locator const& locator, swarm::AddOptions const& options = {});
  ~Download();

  [[nodiscard]] swarm::Session& session() { return *session_; }
  [[nodiscard]] swarm::Torrent& torrent() { return *torrent_; }

  /// Waits until `ready` holds, looking whenever the torrent changes and at least every `interval`; calls `look`, if
  /// given, each time. False if the time was over or the user interrupted. Throws the torrent's failure.
  bool wait(std::function<bool()> const& ready, std::chrono::milliseconds timeout, std::stop_token const& stop,
            std::function<void()> const& look = {},
            std::chrono::milliseconds interval = std::chrono::milliseconds(250));
  /// For the metadata. Throws swarm::Error(metadata_timeout), which says how far it came. False if interrupted.
  bool wait_for_metadata(std::chrono::milliseconds timeout, std::stop_token const& stop,
                         std::function<void()> const& look = {});
  /// Why nothing comes, as one sentence and what to do about it.
  [[nodiscard]] swarm::Error late(swarm::Errc code);

 private:
  std::shared_ptr<swarm::Session> session_;
  std::shared_ptr<swarm::Torrent> torrent_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool news_ = false;  // under mutex_
  swarm::Torrent::Watch watch_;
};

}  // namespace cli
