// SPDX-License-Identifier: LGPL-2.1-or-later
// Parameter sets in band that say nothing new. Pure.
#pragma once

#include "hls/film.hpp"

namespace hls {

/// Takes them out of an access unit of H.264 or HEVC: parsers put those of the header in front of a picture or not, by
/// what they have seen before.
void drop_known_sets(Track const& track, Bytes& unit);

}  // namespace hls
