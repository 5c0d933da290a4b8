// SPDX-License-Identifier: LGPL-2.1-or-later
// What goes into one segment: the access units of each of its tracks.
#pragma once

#include "hls/film.hpp"

#include <vector>

namespace hls {

/// One track's share of a segment. Video in file order with DTS set; sound by time, snapped to its sample grid.
struct Samples {
  Track track;
  std::vector<AccessUnit> units;
  Time end{};  ///< where the last unit ends: video by DTS, sound by PTS
};

/// The segment's tracks, video first. A track may have no units.
using Cut = std::vector<Samples>;

}  // namespace hls
