// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <chrono>

namespace http {

/// How long the thread's main loop was ever busy between two waits: for so long nobody else was served. It measures
/// every turn, at the cost of two looks at the clock. Thread-bound, one of a thread.
class Pulse {
 public:
  Pulse();
  Pulse(Pulse const&) = delete;
  Pulse& operator=(Pulse const&) = delete;
  ~Pulse();

  [[nodiscard]] std::chrono::microseconds longest() const { return longest_; }

 private:
  static gint poll(GPollFD* fds, guint count, gint timeout);

  GMainContext* context_;
  GPollFunc before_;
  gint64 awake_ = 0;  ///< since when; 0 = never waited yet
  std::chrono::microseconds longest_{0};
};

}  // namespace http
