// SPDX-License-Identifier: LGPL-2.1-or-later
// Sound without a container: MP3, ADTS, FLAC, AC-3.
#pragma once

#include "hls/demuxer.hpp"

#include <memory>
#include <vector>

namespace hls {

/// A frame's time is the number of those before it: counted from the last entry of `index` (or the file's beginning),
/// which has to be the first byte of a frame.
[[nodiscard]] std::unique_ptr<Demuxer> open_sound(std::shared_ptr<ByteSource> source, Container container,
                                                  std::vector<KeyFrame> index);

}  // namespace hls
