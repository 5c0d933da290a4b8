// SPDX-License-Identifier: LGPL-2.1-or-later
// Times of the film -> numbers that are written into segments.
#pragma once

#include "hls/film.hpp"

namespace hls {

/// What damaged films say must not overflow: 36 years either way are enough.
[[nodiscard]] Time bounded(Time time);
/// time_shift is added. The nearest tick, but for a small bias: film times are multiples of 1 ms, 1/90000 s or the
/// like, and would otherwise often lie exactly between two ticks of 44100 Hz, where a nanosecond of rounding decides.
[[nodiscard]] std::int64_t ticks(Time time, int rate);
/// 90 kHz, as 33 bits (ISO/IEC 13818-1 2.4.3.7): goes over to 0 after 26.5 hours.
[[nodiscard]] std::int64_t ticks33(Time time);

}  // namespace hls
