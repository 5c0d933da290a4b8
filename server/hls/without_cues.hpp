// SPDX-License-Identifier: LGPL-2.1-or-later
// A Matroska file whose Cues lie, for a demuxer that would believe them.
#pragma once

#include "hls/byte_source.hpp"

#include <memory>

namespace hls {

/// The same bytes, but for the names of its Cues: nobody finds them. Reads the file's head; throws what `source`
/// throws.
[[nodiscard]] std::shared_ptr<ByteSource> without_cues(std::shared_ptr<ByteSource> source);

}  // namespace hls
