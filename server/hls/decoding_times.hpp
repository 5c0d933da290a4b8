// SPDX-License-Identifier: LGPL-2.1-or-later
// When pictures are decoded: many containers don't tell, and those that do differ. Pure.
#pragma once

#include "hls/cut.hpp"

namespace hls {

/// DTS = the n-th smallest PTS - `reorder`, never after the PTS, ascending. And where the last one ends.
void set_decoding_times(Samples& video, Time reorder, Time picture, Time end, bool last);

}  // namespace hls
