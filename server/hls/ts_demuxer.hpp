// SPDX-License-Identifier: LGPL-2.1-or-later
// MPEG-TS: its pictures are found by their times.
#pragma once

#include "hls/demuxer.hpp"

namespace hls {

/// tsdemux reckons places by the average rate, and times from all clock references that it has seen. So it never seeks:
/// it gets the program's tables and what follows from a picture on. `end`: of the film, roughly; 0 = not known. Throws
/// as Demuxer::open().
[[nodiscard]] std::unique_ptr<Demuxer> open_by_pictures(std::shared_ptr<ByteSource> source, Time end);

}  // namespace hls
