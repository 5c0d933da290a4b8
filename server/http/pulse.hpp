// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <chrono>
#include <cstdint>

namespace http {

/// How long the thread's main loop was ever busy between two waits: for so long nobody else was served. It measures
/// every turn, which costs a microsecond. Thread-bound, one of a thread.
class Pulse {
 public:
  Pulse();
  Pulse(Pulse const&) = delete;
  Pulse& operator=(Pulse const&) = delete;
  ~Pulse();

  struct Longest {
    std::chrono::microseconds turn{0};
    /// Without the time in which others had the core: at work, or asleep for a disk or a lock.
    std::chrono::microseconds own{0};
    std::int64_t slow = 0;  ///< how many turns took more than 20 ms
  };
  [[nodiscard]] Longest longest() const { return longest_; }

 private:
  [[nodiscard]] gint64 queued() const;
  static gint poll(GPollFD* fds, guint count, gint timeout);

  GMainContext* context_;
  GPollFunc before_;
  int account_;        ///< the kernel's, of this thread; -1 = there is none
  gint64 awake_ = 0;   ///< since when; 0 = never waited yet
  gint64 queued_ = 0;  ///< how long it had waited for a core until then
  Longest longest_;
};

}  // namespace http
