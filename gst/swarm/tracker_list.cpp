// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/tracker_list.hpp"

#include "built_in_trackers.hpp"
#include "swarm/settings.hpp"
#include "swarm/uri.hpp"

#include <algorithm>

namespace swarm {

std::vector<std::string> read_tracker_list(std::string_view text, int* wrong) {
  std::vector<std::string> urls;
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    constexpr std::string_view blank = " \t\r";
    line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
    line = line.substr(0, line.find_last_not_of(blank) + 1);
    if (line.empty() || line.front() == '#') continue;
    auto const url = web_address(line, {"udp", "http", "https", "ws", "wss"});
    if (!url && wrong) ++*wrong;
    if (url && std::find(urls.begin(), urls.end(), *url) == urls.end()) urls.push_back(*url);
  }
  return urls;
}

bool is_for_sessions(std::string_view url) { return web_address(url, {"udp", "http", "https"}).has_value(); }

std::vector<std::string> Settings::default_trackers() {
  static auto const list = read_tracker_list(built_in_trackers);
  return list;
}

}  // namespace swarm
