// SPDX-License-Identifier: LGPL-2.1-or-later
// A transport stream's clock of 33 bits -> the film's, which goes on (ISO/IEC 13818-1 2.4.3.7). Pure.
#pragma once

#include "hls/container_clock.hpp"

#include <optional>

namespace hls {

inline constexpr std::int64_t ts_clock = 90'000, ts_wrap = INT64_C(1) << 33;

/// The time near `reference` that has these 33 bits.
[[nodiscard]] inline std::int64_t unwrapped(std::int64_t pts, std::int64_t reference) {
  auto const off = ((pts - reference) % ts_wrap + ts_wrap) % ts_wrap;
  return reference + (off >= ts_wrap / 2 ? off - ts_wrap : off);
}

/// The same of a time that was reckoned in another way, and may be off by rounding: which of two pictures is past a
/// line must not depend on that.
[[nodiscard]] inline Time unwrapped(Time time, std::int64_t reference) {
  __extension__ using Wide = __int128;
  constexpr std::int64_t second = 1'000'000'000;
  auto const tick = static_cast<std::int64_t>((static_cast<Wide>(time.count()) * ts_clock + second / 2) / second);
  auto const off = time - ticks(tick, ts_clock);
  constexpr Time rounding(2);
  auto const film = ticks(unwrapped(tick, reference), ts_clock);
  return off >= -rounding && off <= rounding ? film : film + off;
}

/// Pictures are shown in another order than they come, and some may be missing.
[[nodiscard]] inline bool goes_on(std::int64_t from, std::int64_t to) {
  auto const off = unwrapped(to, from) - from;
  return off > -2 * ts_clock && off < 10 * ts_clock;
}

/// What doesn't go on from the time before is damaged, unless the next one says the same.
class Believable {
 public:
  [[nodiscard]] bool operator()(std::int64_t pts) {
    bool const jump = last_ && !goes_on(*last_, pts) && !(doubtful_ && goes_on(*doubtful_, pts));
    doubtful_ = jump ? std::optional(pts) : std::nullopt;
    if (!jump) last_ = pts;
    return !jump;
  }

 private:
  std::optional<std::int64_t> last_, doubtful_;
};

}  // namespace hls
