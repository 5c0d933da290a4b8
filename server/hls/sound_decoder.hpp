// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames of sound -> PCM in mono or stereo, by libavcodec; mixed down by swresample.
#pragma once

#include "hls/film.hpp"

#include <array>
#include <vector>

namespace hls {

using Pcm = std::vector<float>;
using Channels = std::array<Pcm, 2>;  ///< left, right; of mono, only the first

/// What one access unit gave.
struct SoundBlock {
  int rate = 0;
  bool timed = false;  ///< false: it goes on where the block before ends
  Time pts{};
  Channels pcm;
};

/// In the order of the units. One that can't be decoded is silence, as long as the one before.
/// Throws std::runtime_error if there is no decoder, or if it refuses the track.
[[nodiscard]] std::vector<SoundBlock> decode_sound(Track const& track, std::vector<AccessUnit> const& units,
                                                   int channels);

}  // namespace hls
