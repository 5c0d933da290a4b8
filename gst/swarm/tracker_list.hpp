// SPDX-License-Identifier: LGPL-2.1-or-later
// Lists of public trackers. Pure; reentrant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace swarm {

/// Announce URLs, one a line, each once. Empty lines and those that begin with # say nothing; `wrong`, if given, is
/// told how many others are no announce URLs, which are left out.
std::vector<std::string> read_tracker_list(std::string_view text, int* wrong = nullptr);

/// One that the session can ask: udp, http or https. Others (ws, wss) are for browsers.
bool is_for_sessions(std::string_view url);

}  // namespace swarm
