// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/sound_grid.hpp"

#include <algorithm>

namespace hls {
namespace {

constexpr std::int64_t second = 1'000'000'000;
/// Matroska and FLV count milliseconds, and what was live is a little off.
constexpr Time tolerance = std::chrono::milliseconds(4);

std::int64_t rounded(__int128 dividend, std::int64_t divisor) {
  return static_cast<std::int64_t>((dividend + (dividend < 0 ? -divisor / 2 : divisor / 2)) / divisor);
}

}  // namespace

Time frame_length(Track const& track) {
  if (track.frame_samples <= 0 || track.sample_rate <= 0) return {};
  return Time(rounded(static_cast<__int128>(track.frame_samples) * second, track.sample_rate));
}

Time snapped(Track const& track, Time origin, Time pts) {
  auto const length = frame_length(track);
  // Frames shorter than the clock's ticks can't be told apart by their times.
  if (length < std::chrono::milliseconds(2)) return pts;
  auto const per_frame = static_cast<std::int64_t>(track.frame_samples) * second;
  auto const frame = rounded(static_cast<__int128>((pts - origin).count()) * track.sample_rate, per_frame);
  Time const on_grid = origin + Time(rounded(static_cast<__int128>(frame) * per_frame, track.sample_rate));
  auto const off = on_grid > pts ? on_grid - pts : pts - on_grid;
  return off <= (frame == 0 ? length / 2 : std::min(tolerance, length / 2)) ? on_grid : pts;
}

}  // namespace hls
