// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <chrono>
#include <functional>
#include <stop_token>

namespace cli {

/// Runs the thread's main context until `ready` holds; false if the time was over or the user interrupted.
bool run_until(std::function<bool()> const& ready, std::chrono::milliseconds timeout, std::stop_token const& stop);

}  // namespace cli
