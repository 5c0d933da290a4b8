// SPDX-License-Identifier: LGPL-2.1-or-later
// Coded pictures -> pictures in the order and at the times in which they are shown.
#pragma once

#include "hls/av.hpp"
#include "hls/film.hpp"

#include <functional>

namespace hls {

[[nodiscard]] AVCodecID picture_codec(Track const& track);

/// Gets a picture and when it is shown; false: no more.
using PictureTaker = std::function<bool(AVFrame& frame, Time time)>;

/// Damaged pictures are left out or given as they are. `start`: of the first picture, if no unit has a time.
/// Throws std::runtime_error if there is no decoder.
void decode_pictures(Track const& track, std::vector<AccessUnit> const& units, Time start, Time frame,
                     PictureTaker const& take);

}  // namespace hls
