// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "swarm/guarded.hpp"

#include <chrono>
#include <functional>

namespace swarm {

/// The door to libtorrent's network thread. It is open from the moment the session's disk part is made until the
/// session stops; libtorrent's io_context must not be touched after that. Thread-safe.
class Network {
 public:
  using Job = std::function<void()>;
  using Delay = std::chrono::milliseconds;
  /// Runs the job on the network thread after the delay; 0 = as soon as it is free.
  using Post = std::function<void(Delay, Job)>;

  void open(Post post) { *post_.lock() = std::move(post); }
  void close() { *post_.lock() = nullptr; }

  /// Runs `job` on the network thread, later; false (and no run) if the door is shut.
  bool post(Job job) { return after(Delay(0), std::move(job)); }
  /// Keep delays short: the session does not end before the last one is over.
  bool after(Delay delay, Job job) {
    auto post = post_.lock();
    if (!*post) return false;
    (*post)(delay, std::move(job));
    return true;
  }

 private:
  Guarded<Post> post_;
};

}  // namespace swarm
