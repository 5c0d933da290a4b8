// SPDX-License-Identifier: LGPL-2.1-or-later
// The sound of joined recordings: each fills its own time, so that players find neither overlap nor hole. Pure.
#pragma once

#include "hls/cut.hpp"
#include "hls/segments.hpp"

namespace hls {

/// Of a segment behind a joint: no sound from before it; the first frame begins with the pictures.
void begin_at_joint(Samples& sound, Segment const& segment);
/// Of a segment before a joint: no frame reaches over it. hls.js would put all that follows behind that.
void end_at_joint(Samples& sound, Segment const& segment);

}  // namespace hls
