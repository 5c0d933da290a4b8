// SPDX-License-Identifier: LGPL-2.1-or-later
// What a track is coded in, as MP4 says it: sample entries (ISO/IEC 14496-12 8.5.2) and the boxes of each codec.
#pragma once

#include "hls/byte_writer.hpp"

namespace hls {

/// Is there an entry for this track, and all that it needs?
[[nodiscard]] bool has_sample_entry(Track const& track);
void append_video_entry(ByteWriter& out, Track const& track);
void append_sound_entry(ByteWriter& out, Track const& track);

}  // namespace hls
