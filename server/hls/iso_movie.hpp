// SPDX-License-Identifier: LGPL-2.1-or-later
// What a moov box tells of a film, but for its sample tables: those are only found, and read by iso_samples.
#pragma once

#include "hls/film.hpp"
#include "hls/iso_boxes.hpp"

#include <vector>

namespace hls {

/// ISO/IEC 14496-12 8.6.6. In units of the movie's clock, and of the track's.
struct Edit {
  std::int64_t duration = 0;
  std::int64_t media_time = 0;  ///< -1 = nothing is shown
};

struct IsoTrack {
  std::uint32_t id = 0;
  Kind kind = Kind::text;  ///< text: anything else
  bool enabled = true;
  std::uint32_t format = 0;  ///< of its first sample entry
  std::uint32_t clock = 0;   ///< ticks in a second
  int rotation = 0;
  Bytes av1_config;
  std::vector<Edit> edits;
  Box stts, ctts, stss, stsc, stsz, stco;
  // Of fragments (8.8.3), where they don't say otherwise.
  std::uint32_t default_duration = 0, default_size = 0, default_flags = 0;
};

struct IsoMovie {
  std::uint32_t clock = 0;
  std::int64_t duration = 0;  ///< 0 = not told
  bool fragmented = false;
  std::vector<IsoTrack> tracks;
};

/// Throws Truncated.
[[nodiscard]] IsoMovie read_movie(ByteSource& source, Box const& moov);
/// The first film track that isn't a still picture, else the first sound; nullptr if there is none.
[[nodiscard]] IsoTrack const* main_track(IsoMovie const& movie);

}  // namespace hls
