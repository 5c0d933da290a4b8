// SPDX-License-Identifier: LGPL-2.1-or-later
// Parameter sets in band: as few as can be, and the same whatever a parser has seen before. Pure.
#pragma once

#include "hls/film.hpp"

namespace hls {

/// Parsers put those of the header in front of a picture of H.264 or HEVC or not, by what they have seen before. Of an
/// access unit it takes out those that are in `now`, the track as it is at this place; where that isn't `head` any
/// more, the track as the film begins, it puts all of them in front of key frames.
void settle_sets(Track const& head, Track const& now, AccessUnit& unit);

}  // namespace hls
