// SPDX-License-Identifier: LGPL-2.1-or-later
// The Session behind the interface. Internal.
#pragma once

#include "swarm/alerts.hpp"
#include "swarm/guarded.hpp"
#include "swarm/live_torrent.hpp"
#include "swarm/session.hpp"
#include "swarm/state_folder.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace swarm {

class LiveSession final : public Session {
 public:
  explicit LiveSession(Settings const& settings);
  ~LiveSession() override;

  std::shared_ptr<Torrent> add(Locator const& locator, AddOptions const& options) override;
  [[nodiscard]] std::shared_ptr<Torrent> find(InfoHash const& hash) const override;
  [[nodiscard]] std::vector<std::shared_ptr<Torrent>> torrents() const override;
  [[nodiscard]] bool asleep(InfoHash const& hash) const override;
  [[nodiscard]] std::vector<std::shared_ptr<SleepingTorrent const>> sleeping() const override;
  bool put_to_sleep(InfoHash const& hash) override;
  bool remove(InfoHash const& hash, bool delete_files, std::function<void(std::string const&)> done) override;
  [[nodiscard]] SessionStatus status() const override;
  [[nodiscard]] Settings const& settings() const override { return settings_; }
  [[nodiscard]] std::vector<std::string> trackers() const override;
  void set_trackers(std::vector<std::string> urls) override;
  void stop() override;

 private:
  struct Core;  // what may outlive the session by a moment if libtorrent is slow to end

  Settings settings_;
  std::shared_ptr<Core> core_;
  std::mutex stopping_;
  bool stopped_ = false;
};

}  // namespace swarm
