// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/config.hpp"

#include "swarm/error.hpp"
#include "swarm/uri.hpp"

#include <algorithm>

namespace plugin {

swarm::Locator Config::what() const {
  if (!locator)
    throw swarm::Error(swarm::Errc::bad_input, "No URI is set.",
                       "Set the property uri to a magnet link, torrent:<info hash> or torrent:///path/of/a.torrent.");
  auto what = *locator;
  for (auto const& text : trackers) {
    auto const url = swarm::web_address(text, {"http", "https", "udp"});
    if (!url)
      throw swarm::Error(swarm::Errc::bad_input, "The property trackers names \"" + text + "\", which is no tracker.",
                         "Give http://host/…, https://host/… or udp://host:port.");
    if (std::find(what.trackers.begin(), what.trackers.end(), *url) == what.trackers.end())
      what.trackers.push_back(*url);
  }
  return what;
}

swarm::FileChoice Config::choice() const {
  if (!file_name.empty()) return file_name;
  if (file_index >= 0) return file_index;
  if (!locator) return swarm::TheFilm{};
  // BEP 53: a magnet link that selects a single file means that one.
  if (std::holds_alternative<swarm::TheFilm>(locator->file) && locator->select_only.size() == 1)
    return locator->select_only.front();
  return locator->file;
}

}  // namespace plugin
