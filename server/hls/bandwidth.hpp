// SPDX-License-Identifier: LGPL-2.1-or-later
// BANDWIDTH and AVERAGE-BANDWIDTH (RFC 8216 4.3.4.2) from how the film's bytes lie. Pure.
#pragma once

#include "hls/clients.hpp"
#include "hls/segments.hpp"

#include <vector>

namespace hls {

struct Bandwidth {
  std::int64_t peak = 0, average = 0;  ///< bits/s
};

/// What the variant stream of these tracks (and no others) needs at most. `segments`: with the bytes of the whole file,
/// which has `file_size`; `left_out`: bits/s of the file's tracks that are not in the variant; 0 if nobody knows.
/// Where a segment's bytes aren't known, an estimate with margin.
[[nodiscard]] Bandwidth bandwidth(std::vector<Segment> const& segments, std::int64_t file_size,
                                  std::vector<Track> const& tracks, Packaging packaging, std::int64_t left_out = 0);

}  // namespace hls
