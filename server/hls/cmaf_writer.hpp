// SPDX-License-Identifier: LGPL-2.1-or-later
// Access units -> init and media segments in fragmented MP4 (ISO/IEC 14496-12, 23000-19; RFC 8216 3.3). Pure.
#pragma once

#include "hls/cut.hpp"

#include <optional>

namespace hls {

[[nodiscard]] bool cmaf_carries(Track const& track);

/// Video with a time scale of 90000, sound with its sample rate.
/// Throws std::invalid_argument for a track that it can't carry.
[[nodiscard]] Bytes cmaf_init(std::vector<Track> const& tracks);
/// `sequence`: the segment's number from 0 on. Times as ts_writer's time_shift.
[[nodiscard]] Bytes cmaf_segment(std::uint32_t sequence, Cut const& cut);

}  // namespace hls
