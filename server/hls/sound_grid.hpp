// SPDX-License-Identifier: LGPL-2.1-or-later
// The grid of samples that a track's frames lie on, which containers round to their clock. Pure.
#pragma once

#include "hls/film.hpp"

namespace hls {

/// Length of a frame of the track; 0 = not constant.
[[nodiscard]] Time frame_length(Track const& track);
/// `pts` as it would be without rounding, if it is near enough: frame n begins at `origin` + n frames.
[[nodiscard]] Time snapped(Track const& track, Time origin, Time pts);

}  // namespace hls
