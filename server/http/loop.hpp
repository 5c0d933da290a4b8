// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace http {

/// The main loop as other threads see it, and the threads that work for it: all that may touch a disk or wait for the
/// network thread (Reader::try_read, Session::add …) runs on the pool, and its outcome comes back as a post.
/// post() and run() are *thread-safe*; made and destroyed on the loop's thread.
class Loop : public std::enable_shared_from_this<Loop> {
 public:
  static std::shared_ptr<Loop> create(int threads = 12);
  ~Loop();

  /// Runs the function on the loop's thread, in order; many posts between two turns cost one wake-up.
  void post(std::function<void()> call);
  /// Runs the function on a thread of the pool. It must not throw and must not wait for the swarm.
  void run(std::function<void()> work);
  /// Waits for the pool's tasks; whatever is posted or run from now on is dropped.
  void stop();

 private:
  explicit Loop(int threads);
  void drain();

  GSource* source_ = nullptr;
  GThreadPool* pool_ = nullptr;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  bool stopped_ = false;
};

}  // namespace http
