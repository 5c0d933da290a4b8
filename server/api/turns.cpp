// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/turns.hpp"

#include <algorithm>
#include <tuple>

namespace api {

Turns take_turns(std::vector<Active> torrents, int most) {
  auto const rank = [](Active const& torrent) {
    return std::tuple(!torrent.watched, !torrent.downloads, !torrent.stays, -torrent.last_used.time_since_epoch(),
                      torrent.key);
  };
  std::ranges::sort(torrents, {}, rank);
  Turns turns;
  int active = 0;
  for (auto const& torrent : torrents) {
    bool const room = most == 0 || active < most || torrent.watched;
    active += room ? 1 : 0;
    if (room && torrent.waits) turns.go_on.push_back(torrent.key);
    if (!room && !torrent.waits) turns.rest.push_back(torrent.key);
  }
  return turns;
}

}  // namespace api
