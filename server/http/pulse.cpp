// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/pulse.hpp"

#include <algorithm>
#include <sys/resource.h>

namespace http {
namespace {

constexpr std::chrono::milliseconds noteworthy{20};
thread_local Pulse* current = nullptr;  // GLib hands a poll function no data

/// How often this thread has slept.
long sleeps() {
  rusage account{};
  getrusage(RUSAGE_THREAD, &account);
  return account.ru_nvcsw;
}

}  // namespace

Pulse::Pulse() : context_(g_main_context_ref_thread_default()), before_(g_main_context_get_poll_func(context_)) {
  current = this;
  g_main_context_set_poll_func(context_, poll);
}

Pulse::~Pulse() {
  g_main_context_set_poll_func(context_, before_);
  current = nullptr;
  g_main_context_unref(context_);
}

gint Pulse::poll(GPollFD* fds, guint count, gint timeout) {
  auto pulse = current;
  if (!pulse) return g_poll(fds, count, timeout);  // another thread may wait for the context to be free
  if (pulse->awake_) {
    std::chrono::microseconds turn(g_get_monotonic_time() - pulse->awake_);
    bool blocked = sleeps() != pulse->sleeps_;
    if (turn > noteworthy)
      g_debug("The main loop was %s for %d ms", blocked ? "blocked" : "busy", static_cast<int>(turn.count() / 1000));
    pulse->longest_.turn = std::max(pulse->longest_.turn, turn);
    if (blocked) pulse->longest_.blocked = std::max(pulse->longest_.blocked, turn);
  }
  auto ready = pulse->before_(fds, count, timeout);
  pulse->awake_ = g_get_monotonic_time();
  pulse->sleeps_ = sleeps();
  return ready;
}

}  // namespace http
