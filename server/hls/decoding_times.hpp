// SPDX-License-Identifier: LGPL-2.1-or-later
// When pictures are decoded: many containers don't tell, and those that do differ. Pure.
#pragma once

#include "hls/cut.hpp"

namespace hls {

/// DTS = the n-th smallest PTS - `reorder`, never after the PTS, ascending. And where the last one ends.
void set_decoding_times(Samples& video, Time reorder, Time picture, Time end, bool last);

/// What is shown before `begin` is only there to be decoded (before an edit, ISO/IEC 14496-12 8.6.6): shown so shortly
/// that nobody sees it, since not all players follow edit lists. In order of time still.
void hide_before(Time begin, Samples& video);

}  // namespace hls
