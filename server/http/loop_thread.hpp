// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/loop.hpp"

#include <memory>
#include <thread>

namespace http {

/// A thread with a loop of its own, behind whoever is in a hurry: for what may take long, but must not delay others.
class LoopThread {
 public:
  LoopThread();
  /// Waits for all that was posted.
  ~LoopThread();
  LoopThread(LoopThread const&) = delete;
  LoopThread& operator=(LoopThread const&) = delete;

  [[nodiscard]] Loop& loop() const { return *loop_; }

 private:
  std::shared_ptr<Loop> loop_;
  GMainLoop* main_ = nullptr;
  std::thread thread_;
};

}  // namespace http
