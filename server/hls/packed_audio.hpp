// SPDX-License-Identifier: LGPL-2.1-or-later
// Access units -> a segment of packed audio (RFC 8216 3.4): an ID3 time stamp, then ADTS, MP3, AC-3 or E-AC-3 frames.
#pragma once

#include "hls/cut.hpp"

namespace hls {

[[nodiscard]] bool packed_carries(Track const& track);
/// ".aac", ".mp3", ".ac3", ".ec3"; empty: not carried.
[[nodiscard]] char const* packed_extension(Codec codec);
/// Throws std::invalid_argument for a track that it can't carry.
[[nodiscard]] Bytes packed_audio(Samples const& samples);

}  // namespace hls
