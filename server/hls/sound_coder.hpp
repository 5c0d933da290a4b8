// SPDX-License-Identifier: LGPL-2.1-or-later
// Sound that a client can't play -> AAC-LC, segment by segment, without a seam: the same bytes in any order (per
// build).
#pragma once

#include "hls/cut.hpp"
#include "hls/segments.hpp"

namespace hls {

/// How much sound around a segment the coder wants to see. Before: decoders have a memory (Opus 80 ms, MP3 and TrueHD
/// about 110 ms), so has the encoder, and a single frame can be long (FLAC, True Audio: a second). After: its window.
inline constexpr Time sound_before = std::chrono::milliseconds(1500);
inline constexpr Time sound_after = std::chrono::milliseconds(300);

/// The track that comes out: AAC-LC, stereo (or mono), the source's rate where AAC has it, but not above 48000 (which
/// TVs don't play): then a half or a quarter of it, else 48000.
[[nodiscard]] Track coded_track(Track const& source);
[[nodiscard]] bool can_code(Track const& source);

/// `source`: the frames of [segment.begin - sound_before, segment.end + sound_after) (see Cutter::sound), `origin`:
/// PTS of the track's first frame in the film; `first`, `last`: whether it is the film's first, last segment.
/// Every output frame belongs to exactly one segment: frame n covers samples [1024 n, 1024 n + 1024) from the origin,
/// and is of the segment in which it begins. Sound that begins after the film or has gaps: silence.
/// Track::priming: sample s of what the decoder makes is heard at origin + (s - priming) / rate. So it has to be 0
/// where the PTS have been shifted by it already (ISO media, by their edit list).
/// Throws std::runtime_error if the decoder or encoder fails altogether; a damaged frame is silence.
[[nodiscard]] Samples code_sound(Samples const& source, Segment const& segment, Time origin, bool first, bool last);

}  // namespace hls
