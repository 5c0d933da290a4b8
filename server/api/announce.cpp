// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/announce.hpp"

#include "http/errors.hpp"

#include <glib.h>

#include <algorithm>

namespace api {

bool starts_with_any(std::string const& text, std::initializer_list<char const*> starts) {
  return std::any_of(starts.begin(), starts.end(), [&](char const* start) {
    return g_ascii_strncasecmp(text.c_str(), start, std::char_traits<char>::length(start)) == 0;
  });
}

std::vector<std::string> announce_urls(json::Document const& json) {
  auto urls = json.strings("trackers");
  for (auto const& url : urls)
    if (!starts_with_any(url, {"http://", "https://", "udp://", "ws://", "wss://"}))
      throw http::Failure(http::Fault::bad_input,
                          "\"trackers\" must be announce URLs: udp://…, http://… or https://….");
  return urls;
}

std::string enhanced_magnet(swarm::Session const& session, swarm::Locator locator) {
  if (session.settings().inject_trackers)
    for (auto const& url : session.trackers())
      if (std::find(locator.trackers.begin(), locator.trackers.end(), url) == locator.trackers.end())
        locator.trackers.push_back(url);
  return locator.magnet();
}

}  // namespace api
