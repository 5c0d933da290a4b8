// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs of sound -> a stretch of the line at one sample rate, by swresample. Pure.
#pragma once

#include "hls/sound_line.hpp"

namespace hls {

/// Samples [from, to) at `rate`; silence where there is none. What comes later wins where runs overlap. A run of
/// another rate is resampled on a grid through the origin, so that any stretch gets the same samples.
/// Throws std::runtime_error where swresample refuses a rate.
[[nodiscard]] Channels render(std::vector<SoundRun> const& runs, int channels, int rate, std::int64_t from,
                              std::int64_t to);
/// The end of the last sample at `rate`, rounded up; at least 0.
[[nodiscard]] std::int64_t end_of(std::vector<SoundRun> const& runs, int rate);

}  // namespace hls
