// SPDX-License-Identifier: LGPL-2.1-or-later
// Access units -> a segment in MPEG-TS (ISO/IEC 13818-1; RFC 8216 3.2). Pure: the same bytes for the same cut.
#pragma once

#include "hls/cut.hpp"

namespace hls {

/// Added to all times before they are written, so that none is negative: 10 s, 900000 ticks of 90 kHz.
inline constexpr Time time_shift = std::chrono::seconds(10);

/// Can MPEG-TS carry it (as players understand it)?
[[nodiscard]] bool ts_carries(Track const& track);

/// PAT, PMT, then PES by DTS. The continuity counters of each PID begin at 0 and end so that the next segment's go on;
/// those of the tables, one of each in a segment, count with `sequence`: the segment's number from 0 on.
/// Throws std::invalid_argument for a track that it can't carry.
[[nodiscard]] Bytes ts_segment(Cut const& cut, std::uint32_t sequence = 0);

}  // namespace hls
