// SPDX-License-Identifier: LGPL-2.1-or-later
// Where recordings were joined to one transport stream: the clock jumps, the pictures' size or the streams change.
#pragma once

#include "hls/byte_source.hpp"

#include <vector>

namespace hls {

/// What may stand alone: [begin, end) of the file, behind its tables.
struct TsPart {
  std::int64_t begin = 0, end = 0;
  std::vector<std::byte> tables;  ///< packets with the program's tables
  friend bool operator==(TsPart const&, TsPart const&) = default;
};

/// All parts, in order; one if nothing was joined. Small files are read to their end. Of others some places are
/// compared, and where what lies between two of them doesn't go together, the joint is searched for: one that nothing
/// tells of at those places is not found. Throws what `source` throws.
[[nodiscard]] std::vector<TsPart> ts_parts(ByteSource& source);

}  // namespace hls
