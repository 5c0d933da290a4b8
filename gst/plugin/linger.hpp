// SPDX-License-Identifier: LGPL-2.1-or-later
// Torrents and sessions live on for a while after the last element let go of them.
#pragma once

#include "swarm/session.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace plugin {

/// Holds what elements have stopped using for a grace period: pull pipelines start, stop and start their source, a
/// player opens the same film again, and a session that ends and starts anew has to find its peers again. What is
/// over ends on this object's thread, so that no state change waits for it. Thread-safe.
class Linger {
 public:
  static constexpr std::chrono::seconds grace{10};

  /// The process's one. At exit it ends what is left, so that state is saved.
  static Linger& process();
  ~Linger();

  /// Keeps both for `grace` from now. `torrent` may be null. With `pause`, networking of the torrent ends then if
  /// nobody reads it and it is not to be kept: right for a session that nobody but elements looks after.
  void keep(std::shared_ptr<swarm::Session> session, std::shared_ptr<swarm::Torrent> torrent, bool pause);
  /// The opposite: the session ends as soon as nobody uses it.
  void drop(std::shared_ptr<swarm::Session> session);

 private:
  struct Entry {
    std::shared_ptr<swarm::Session> session;
    std::shared_ptr<swarm::Torrent> torrent;
    bool pause = false;
    std::chrono::steady_clock::time_point until;
  };
  void run();
  static void end(Entry entry);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Entry> entries_;
  bool ended_ = false;
  std::thread thread_;  // started with the first entry; lives as long as the process
};

}  // namespace plugin
