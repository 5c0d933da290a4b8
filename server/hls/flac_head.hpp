// SPDX-License-Identifier: LGPL-2.1-or-later
// What a FLAC file says before its first frame (RFC 9639 8).
#pragma once

#include "hls/byte_source.hpp"
#include "hls/film.hpp"
#include "hls/flac_frame.hpp"

#include <optional>

namespace hls {

struct FlacHead {
  FlacStream stream;
  Bytes stream_info;        ///< the block that tells of the stream, without its header
  std::int64_t frames = 0;  ///< where they begin
};
/// nullopt: it is none, or tells nothing of its stream. Throws what `source` throws, and Truncated.
[[nodiscard]] std::optional<FlacHead> flac_head(ByteSource& source);

}  // namespace hls
