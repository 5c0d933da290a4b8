// SPDX-License-Identifier: LGPL-2.1-or-later
// Blocks in clusters: their times and whether they are key frames. Their bytes are jumped over.
#pragma once

#include "hls/ebml.hpp"

#include <functional>

namespace hls {

struct MatroskaBlock {
  std::uint64_t track = 0;
  std::int64_t time = 0;      ///< on the segment's clock
  std::int64_t duration = 0;  ///< 0 = not told
  bool key = false;
  std::int64_t cluster = 0;  ///< where the cluster begins
};

/// From a cluster on (its header's place), until there are no more or `visit` gives false.
void each_block(ByteSource& source, std::int64_t from, std::int64_t to,
                std::function<bool(MatroskaBlock const&)> const& visit);

/// The way back from rubbish.
[[nodiscard]] std::optional<std::int64_t> next_cluster(ByteSource& source, std::int64_t from, std::int64_t to);
/// Whether a cluster begins there.
[[nodiscard]] bool is_cluster(ByteSource& source, std::int64_t position);
/// On the segment's clock; nullopt: no cluster begins there, or it doesn't tell.
[[nodiscard]] std::optional<std::int64_t> cluster_time(ByteSource& source, std::int64_t position);

}  // namespace hls
