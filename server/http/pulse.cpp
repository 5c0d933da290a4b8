// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/pulse.hpp"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace http {
namespace {

constexpr std::chrono::milliseconds noteworthy{20};
thread_local Pulse* current = nullptr;  // GLib hands a poll function no data

}  // namespace

Pulse::Pulse()
    : context_(g_main_context_ref_thread_default()),
      before_(g_main_context_get_poll_func(context_)),
      account_(open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)) {
  current = this;
  g_main_context_set_poll_func(context_, poll);
}

Pulse::~Pulse() {
  g_main_context_set_poll_func(context_, before_);
  current = nullptr;
  g_main_context_unref(context_);
  if (account_ >= 0) close(account_);
}

/// Microseconds of this thread's life in which it could have run but had no core.
gint64 Pulse::queued() const {
  char text[64];
  auto const size = account_ >= 0 ? pread(account_, text, sizeof text - 1, 0) : 0;
  if (size <= 0) return 0;
  text[size] = 0;
  char* second = nullptr;
  g_ascii_strtoull(text, &second, 10);  // time on a core
  return static_cast<gint64>(g_ascii_strtoull(second, nullptr, 10) / 1000);
}

gint Pulse::poll(GPollFD* fds, guint count, gint timeout) {
  auto pulse = current;
  if (!pulse) return g_poll(fds, count, timeout);  // another thread may wait for the context to be free
  if (pulse->awake_) {
    std::chrono::microseconds turn(g_get_monotonic_time() - pulse->awake_);
    auto own = turn - std::chrono::microseconds(pulse->queued() - pulse->queued_);
    if (turn > noteworthy) {
      ++pulse->longest_.slow;
      g_debug("The main loop was busy for %d ms, %d of them by itself", static_cast<int>(turn.count() / 1000),
              static_cast<int>(own.count() / 1000));
    }
    pulse->longest_.turn = std::max(pulse->longest_.turn, turn);
    pulse->longest_.own = std::max(pulse->longest_.own, own);
  }
  auto ready = pulse->before_(fds, count, timeout);
  pulse->awake_ = g_get_monotonic_time();
  pulse->queued_ = pulse->queued();
  return ready;
}

}  // namespace http
