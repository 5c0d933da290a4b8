// SPDX-License-Identifier: LGPL-2.1-or-later
// A container's clock -> Time. Pure; whatever the numbers are, nothing overflows.
#pragma once

#include "hls/film.hpp"

#include <algorithm>
#include <cstdint>

namespace hls {

/// Longer than any film, and far enough from the ends that sums of some of them stay inside.
inline constexpr std::int64_t longest_ns = INT64_C(1) << 60;

/// `ticks` of 1 / `per_second` s, rounded down.
[[nodiscard]] inline Time ticks(std::int64_t ticks, std::int64_t per_second, std::int64_t times = 1) {
  if (per_second <= 0) return Time(0);
  __extension__ using Wide = __int128;
  auto const scaled = static_cast<Wide>(ticks) * std::clamp<std::int64_t>(times, 1, UINT32_MAX) * 1'000'000'000;
  auto const down = scaled / per_second - (scaled % per_second < 0 ? 1 : 0);
  return Time(static_cast<std::int64_t>(std::clamp<Wide>(down, -longest_ns, longest_ns)));
}

}  // namespace hls
