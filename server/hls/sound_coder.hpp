// SPDX-License-Identifier: LGPL-2.1-or-later
// Sound that a client can't play -> AAC-LC, segment by segment, without a seam: the same bytes in any order (per
// build).
#pragma once

#include "hls/cut.hpp"
#include "hls/segments.hpp"

namespace hls {

/// How much sound around a segment the coder wants to see.
inline constexpr Time sound_before = std::chrono::milliseconds(500);
inline constexpr Time sound_after = std::chrono::milliseconds(250);

/// The track that comes out: AAC-LC, stereo (or mono), the source's rate where AAC has it, else 48000.
[[nodiscard]] Track coded_track(Track const& source);
[[nodiscard]] bool can_code(Track const& source);

/// `source`: the frames of [segment.begin - sound_before, segment.end + sound_after) (see Cutter::sound), `origin`:
/// PTS of the track's first frame in the film; `first`, `last`: whether it is the film's first, last segment.
/// Every output frame belongs to exactly one segment: frame n covers samples [1024 n, 1024 n + 1024) from the origin.
/// Throws std::runtime_error if the decoder or encoder fails altogether; a damaged frame is silence.
[[nodiscard]] Samples code_sound(Samples const& source, Segment const& segment, Time origin, bool first, bool last);

}  // namespace hls
