// SPDX-License-Identifier: LGPL-2.1-or-later
// Where decoded sound lies on the film's line, to the sample, although its time stamps are coarse. Pure.
#pragma once

#include "hls/sound_decoder.hpp"

#include <cstdint>
#include <vector>

namespace hls {

/// Sound without a gap.
struct SoundRun {
  int rate = 0;
  std::int64_t begin = 0;  ///< number of its first sample at its own rate, counted from the origin
  Channels pcm;
};

/// Joins blocks that follow one another; a gap or a step back of the time stamps by more than 3 ms, and a new sample
/// rate, begin a new run. Within a run the samples are counted; the time stamps together tell where it lies: in
/// Matroska and FLV each is off by up to half a millisecond. Two stretches of one film that share a part put this at
/// the same place if its blocks lie on a grid from the origin, as all that have a constant length do; else they may
/// differ by a sample.
[[nodiscard]] std::vector<SoundRun> line_up(std::vector<SoundBlock>&& blocks, Time origin);

}  // namespace hls
