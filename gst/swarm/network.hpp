// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "swarm/guarded.hpp"

#include <functional>

namespace swarm {

/// The door to libtorrent's network thread. It is open from the moment the session's disk part is made until the
/// session stops; libtorrent's io_context must not be touched after that. Thread-safe.
class Network {
 public:
  using Post = std::function<void(std::function<void()>)>;

  void open(Post post) { *post_.lock() = std::move(post); }
  void close() { *post_.lock() = nullptr; }

  /// Runs `job` on the network thread, later; false (and no run) if the door is shut.
  bool post(std::function<void()> job) {
    auto post = post_.lock();
    if (!*post) return false;
    (*post)(std::move(job));
    return true;
  }

 private:
  Guarded<Post> post_;
};

}  // namespace swarm
