// SPDX-License-Identifier: LGPL-2.1-or-later
// What VP9 and AV1 streams are, for MP4 and for CODECS: from the container's record, else from the caps.
#pragma once

#include "hls/film.hpp"

#include <optional>
#include <span>

namespace hls {

struct VideoConfig {
  int profile = 0;
  int level = 0;  ///< VP9: 31 = 3.1; AV1: seq_level_idx
  bool high_tier = false;
  int depth = 8;
  bool monochrome = false;
  int subsampling = 1;  ///< VP9: vpcC's; AV1: 110 as a codec string says it, 3 digits
  int primaries = 2, transfer = 2, matrix = 2;
  bool full_range = false;
};

[[nodiscard]] VideoConfig vp9_config(Track const& track);
/// nullopt: no av1C.
[[nodiscard]] std::optional<VideoConfig> av1_config(Track const& track);

/// vpcC's payload, without version and flags (VP Codec ISO Media File Format Binding).
[[nodiscard]] Bytes vpcc(VideoConfig const& config);
/// The same from a key frame; empty: none.
[[nodiscard]] Bytes vpcc(Track const& track, std::span<std::uint8_t const> key_frame);
/// av1C from the temporal unit of a key frame (AV1 Codec ISO Media File Format Binding 2.3); empty: none.
[[nodiscard]] Bytes av1c(std::span<std::uint8_t const> key_frame);

}  // namespace hls
