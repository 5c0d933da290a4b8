// SPDX-License-Identifier: LGPL-2.1-or-later
// Magnet links (BEP 9, BEP 53). Pure; reentrant.
#pragma once

#include "swarm/locator.hpp"

#include <string_view>

namespace swarm {

/// What follows `magnet:?`, without a fragment. What names the torrent, and `so`, must be right; of the hints (names,
/// trackers, seeds, peers) those that can't be used are left out. Throws Error(bad_input).
Locator parse_magnet(std::string_view query);

}  // namespace swarm
