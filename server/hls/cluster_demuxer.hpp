// SPDX-License-Identifier: LGPL-2.1-or-later
// Matroska without Cues that can be believed: its clusters are found by their times.
#pragma once

#include "hls/demuxer.hpp"

namespace hls {

/// matroskademux's own search reads a lot, can't be ended, and goes in circles where there is something between
/// clusters. So it never seeks: it gets the film's header and what follows from a cluster on. `end`: of the film,
/// roughly. Throws as Demuxer::open().
[[nodiscard]] std::unique_ptr<Demuxer> open_by_clusters(std::shared_ptr<ByteSource> source, Time end);

}  // namespace hls
