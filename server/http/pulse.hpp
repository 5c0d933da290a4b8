// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <chrono>

namespace http {

/// How long the thread's main loop was ever busy between two waits: for so long nobody else was served. It measures
/// every turn, at the cost of a look at the clock and one at the thread's account. Thread-bound, one of a thread.
class Pulse {
 public:
  Pulse();
  Pulse(Pulse const&) = delete;
  Pulse& operator=(Pulse const&) = delete;
  ~Pulse();

  struct Longest {
    std::chrono::microseconds turn{0};
    /// Of those in which the thread slept: for a disk or a lock. The others it worked, or other threads had its core.
    std::chrono::microseconds blocked{0};
  };
  [[nodiscard]] Longest longest() const { return longest_; }

 private:
  static gint poll(GPollFD* fds, guint count, gint timeout);

  GMainContext* context_;
  GPollFunc before_;
  gint64 awake_ = 0;  ///< since when; 0 = never waited yet
  long sleeps_ = 0;   ///< until then
  Longest longest_;
};

}  // namespace http
