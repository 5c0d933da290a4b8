// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "swarm/settings.hpp"

#include <string>
#include <string_view>

/// Lets GLib's log through from `level` on ("debug", "info", "warn", "error"), as plain lines on stderr. Once, at
/// start.
void start_log(std::string const& level);
/// A line of the swarm library; any thread.
void log_line(swarm::LogLevel level, std::string_view text);
