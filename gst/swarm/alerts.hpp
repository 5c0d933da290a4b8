// SPDX-License-Identifier: LGPL-2.1-or-later
// libtorrent's alerts -> the torrents and the session. Internal.
#pragma once

#include <libtorrent/fwd.hpp>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace swarm {

class LiveTorrent;

/// Who hears of them; all calls come on the alert thread.
class AlertListener {
 public:
  virtual ~AlertListener() = default;
  /// Null: not ours (any more).
  virtual std::shared_ptr<LiveTorrent> torrent_of(libtorrent::torrent_handle const& handle) = 0;
  virtual void on_listening(int port) = 0;
  virtual void on_listen_failed(std::string const& why) = 0;
  virtual void on_dht_nodes(int nodes) = 0;
  virtual void on_resume_answered() = 0;
  virtual void on_alerts_dropped() = 0;
  /// About ten times a second.
  virtual void on_tick() = 0;
};

/// One thread that takes the alerts out and hands them on by a table. stop() may be called from any thread.
class Alerts {
 public:
  Alerts(libtorrent::session& session, AlertListener& listener);
  ~Alerts();
  void stop();

 private:
  void run();

  libtorrent::session& session_;
  AlertListener& listener_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool there_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace swarm
