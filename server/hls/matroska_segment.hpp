// SPDX-License-Identifier: LGPL-2.1-or-later
// What a Matroska segment tells beside its clusters (RFC 9559 5.1), found by its SeekHead.
#pragma once

#include "hls/ebml.hpp"

#include <vector>

namespace hls {

struct MatroskaCue {
  std::int64_t time = 0;  ///< on the segment's clock
  std::uint64_t track = 0;
  std::int64_t cluster = 0;   ///< position in the file
  std::int64_t inside = 0;    ///< CueRelativePosition; 0 = not told
  std::int64_t duration = 0;  ///< ticks; 0 = not told
};

struct MatroskaSegment {
  std::int64_t begin = 0, end = 0;
  std::int64_t scale = 1'000'000;  ///< ns in a tick
  double duration = 0;             ///< ticks; 0 = not told
  std::int64_t first_cluster = 0;
  std::uint64_t track = 0;  ///< its first film track, or sound; 0 = none
  bool video = false;
  std::int64_t frame = 0;            ///< ns; 0 = not told
  std::vector<std::int64_t> forced;  ///< numbers of tracks: text for foreign speech only
  std::vector<MatroskaCue> cues;
  std::int64_t cues_at = 0;  ///< where they stand in the file
  /// What a demuxer has to know before the first cluster, as it stands in the file: Info, Tracks, Tags.
  std::vector<Element> head;
};

/// Reads no attachment and no cluster. Throws Truncated.
[[nodiscard]] MatroskaSegment read_segment(ByteSource& source);

}  // namespace hls
