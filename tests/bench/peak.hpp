// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <utility>

namespace bench {

/// The highest value while it lives.
class Peak {
 public:
  explicit Peak(std::function<long()> measure)
      : thread_([this, measure = std::move(measure)] {
          while (!quit_) {
            highest_ = std::max(highest_.load(), measure());
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
          }
        }) {}
  ~Peak() {
    quit_ = true;
    thread_.join();
  }
  [[nodiscard]] long highest() const { return highest_; }

 private:
  std::atomic<long> highest_ = 0;
  std::atomic<bool> quit_ = false;
  std::thread thread_;
};

}  // namespace bench
