// SPDX-License-Identifier: LGPL-2.1-or-later
// Headers of sound that is nothing but frames: MPEG audio, ADTS, AC-3 and E-AC-3. Pure, but for what reads.
#pragma once

#include "hls/cursor.hpp"
#include "hls/timeline.hpp"

#include <optional>

namespace hls {

struct SoundFrame {
  int bytes = 0;  ///< with its header
  int samples = 0;
  int rate = 0;
  friend bool operator==(SoundFrame const&, SoundFrame const&) = default;
};

/// The frame whose header these bytes (8 or more) are; nullopt if they are none.
[[nodiscard]] std::optional<SoundFrame> sound_frame(Container container, std::span<std::byte const> bytes);

/// Behind ID3v2 tags (id3.org, ID3v2.4 3.1), which may stand before anything.
[[nodiscard]] std::int64_t behind_id3(ByteSource& source);

/// The first place in [from, from + 64 KiB) where two frames follow each other (or one is the file's last).
[[nodiscard]] std::optional<std::int64_t> first_sound_frame(ByteSource& source, Container container, std::int64_t from);

}  // namespace hls
