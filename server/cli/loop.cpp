// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/loop.hpp"

namespace cli {

bool run_until(std::function<bool()> const& ready, std::chrono::milliseconds timeout, std::stop_token const& stop) {
  std::stop_callback const wake(stop, [] { g_main_context_wakeup(nullptr); });
  bool late = false;
  auto const timer = g_timeout_add(
      static_cast<guint>(timeout.count()),
      [](gpointer flag) -> gboolean { return *static_cast<bool*>(flag) = true, G_SOURCE_CONTINUE; }, &late);
  while (!ready() && !late && !stop.stop_requested()) g_main_context_iteration(nullptr, TRUE);
  g_source_remove(timer);
  return ready();
}

}  // namespace cli
