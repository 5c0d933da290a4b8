// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace api {

/// A torrent that is with its swarm, or waits for its turn.
struct Active {
  std::string key;
  bool waits = false;      ///< its networking has ended, to go on as soon as there is room
  bool watched = false;    ///< has readers
  bool downloads = false;  ///< is kept and not whole yet, or nothing is known of it yet
  bool stays = false;      ///< pinned or popular
  std::chrono::steady_clock::time_point last_used{};
};

/// Keys of torrents.
struct Turns {
  std::vector<std::string> rest, go_on;
};

/// At most `most` (0: any number) are with their swarms, but whoever is watched is: first what is watched, then what is
/// downloaded, then what stays; of these, what was used last. Pure.
[[nodiscard]] Turns take_turns(std::vector<Active> torrents, int most);

}  // namespace api
