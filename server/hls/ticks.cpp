// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ticks.hpp"

#include "hls/ts_writer.hpp"

#include <algorithm>

namespace hls {

Time bounded(Time time) {
  constexpr Time most{std::int64_t{1} << 60};
  return std::clamp(time, -most, most);
}

std::int64_t ticks(Time time, int rate) {
  constexpr std::int64_t second = 1'000'000'000;
  auto const shifted = (bounded(time) + time_shift).count();
  auto whole = shifted / second;
  auto rest = shifted % second;
  if (rest < 0) {
    rest += second;
    --whole;
  }
  return whole * rate + (rest * rate + 746'300'000) / second;
}

std::int64_t ticks33(Time time) { return ticks(time, 90'000) & 0x1'ffff'ffff; }

}  // namespace hls
