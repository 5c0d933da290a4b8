// SPDX-License-Identifier: LGPL-2.1-or-later
// Segments of an I-frame playlist (RFC 8216 4.3.3.6). Pure.
//
// Each has a URL of its own and holds one picture: a byte range of the usual segment, as other servers give, would have
// to be known before that segment is made. The playlist is media_playlist() over plan_pictures(); its segment k is
// ts_segment(), cmaf_segment() of key_picture() of what the cutter gives for [begin, end) of picture k.
#pragma once

#include "hls/cut.hpp"
#include "hls/segments.hpp"

namespace hls {

/// The first key frame of the cut's video at or after the stretch's begin (2 ms sooner is still it), alone; it lasts as
/// long as the stretch. Without any: the video track with no units.
[[nodiscard]] Cut key_picture(Cut const& cut, Segment const& stretch);

}  // namespace hls
