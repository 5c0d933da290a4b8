// SPDX-License-Identifier: LGPL-2.1-or-later
// When pictures are decoded: many containers don't tell, and those that do differ. Pure.
#pragma once

#include "hls/cut.hpp"

namespace hls {

/// What comes behind a stretch of pictures.
enum class Next {
  nothing,
  maybe_open,  ///< a key picture, and perhaps some after it that are shown before it (an open GOP)
  closed,      ///< a key picture that all later ones are shown behind
};

/// DTS = the n-th smallest PTS - `reorder`, never after the PTS, ascending. And where the last one ends: where the next
/// ones begin, whose key picture is shown at `end`.
void set_decoding_times(Samples& video, Time reorder, Time picture, Time end, Next next);

/// What is shown before `begin` is only there to be decoded (before an edit, ISO/IEC 14496-12 8.6.6): shown so shortly
/// that nobody sees it, since not all players follow edit lists. In order of time still.
void hide_before(Time begin, Samples& video);

/// The first picture is decoded when it is shown, those after it quickly, until decoding is as early as before. hls.js
/// puts the first decoding time of a recording in fMP4 where the pictures of the one before end.
void decode_at_once(Samples& video);

}  // namespace hls
