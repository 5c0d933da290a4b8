// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/iso_edits.hpp"

#include "hls/container_clock.hpp"

#include <algorithm>

namespace hls {
namespace {

constexpr std::int64_t open_end = INT64_MAX / 2;

}  // namespace

Edits::Edits(IsoTrack const& track, IsoMovie const& movie) : clock_(track.clock), tolerance_(0) {
  auto const movie_clock = std::max<std::int64_t>(movie.clock, 1);
  tolerance_ = clock_ / movie_clock + 1;
  std::int64_t movie_ticks = 0;
  for (auto const& edit : track.edits) {
    auto const begin = ticks(movie_ticks, movie_clock);
    movie_ticks = std::min(movie_ticks + std::min(edit.duration, open_end), open_end);
    if (edit.media_time < 0) continue;
    // The last one without a length: all that there is (8.6.6.1, for fragments).
    auto const last = &edit == &track.edits.back();
    auto to = open_end;
    if (edit.duration > 0) {
      auto const seconds = edit.duration / movie_clock;
      auto const rest = static_cast<double>(edit.duration % movie_clock) / static_cast<double>(movie_clock);
      if (seconds < open_end / 2 / std::max<std::int64_t>(clock_, 1))
        to = std::min(
            edit.media_time + seconds * clock_ + static_cast<std::int64_t>(rest * static_cast<double>(clock_) + 0.5),
            open_end);
    } else if (!last) {
      continue;
    }
    if (movie.fragmented) to = open_end;  // such lists are written before the length is known
    stretches_.push_back({edit.media_time, to, begin});
  }
  if (stretches_.empty()) stretches_.push_back({0, open_end, ticks(movie_ticks, movie_clock)});
}

Time Edits::shown(Stretch const& stretch, std::int64_t media_time) const {
  return stretch.begin + ticks(media_time - stretch.from, clock_);
}

Time Edits::shown(std::int64_t media_time) const { return shown(stretches_.front(), media_time); }

void Edits::add(std::vector<SyncSample> sync, KeyFrames& to) const {
  std::stable_sort(sync.begin(), sync.end(), [](auto const& a, auto const& b) { return a.pts < b.pts; });
  std::size_t budget = 1U << 22;  // the same stretch can be shown again and again
  for (auto const& stretch : stretches_) {
    auto const first = &stretch == &stretches_.front();
    auto at = std::lower_bound(sync.begin(), sync.end(), stretch.from, [](auto const& s, auto t) { return s.pts < t; });
    if (first && at != sync.begin() && (at == sync.end() || at->pts > stretch.from)) --at;
    for (; at != sync.end() && (stretch.to == open_end || at->pts + tolerance_ < stretch.to) && budget > 0;
         ++at, --budget)
      to.add(shown(stretch, at->pts), at->position);
  }
}

Time Edits::end(std::int64_t media_end) const {
  auto const& last = stretches_.back();
  return shown(last, media_end <= last.to + tolerance_ ? media_end : last.to);
}

}  // namespace hls
