// SPDX-License-Identifier: LGPL-2.1-or-later
// Which stretch of the film each segment holds. Pure.
#pragma once

#include "hls/timeline.hpp"

#include <vector>

namespace hls {

/// [begin, end) of the film; the first one also has what comes before `begin`, the last one all that follows.
struct Segment {
  Time begin{};
  Time end{};
  std::int64_t bytes = 0;  ///< of the file between its key frames; 0 = not known
  friend bool operator==(Segment const&, Segment const&) = default;
};

/// GOPs joined until a segment has at least `target`, the first three about 2, 2 and 4 s; a last one shorter than half
/// of `target` joins the one before. Never empty, each of them longer than 0, each begins where the one before ends.
[[nodiscard]] std::vector<Segment> plan(Timeline const& timeline, Time target = std::chrono::seconds(6));

/// The stretches that one picture each stands for in an I-frame playlist: from a key frame to one at least `target`
/// later. `segments`: the film's plan. Where the index doesn't know the key frames, each segment's first one is shown.
[[nodiscard]] std::vector<Segment> plan_pictures(Timeline const& timeline, std::vector<Segment> const& segments,
                                                 Time target = std::chrono::seconds(1));

}  // namespace hls
