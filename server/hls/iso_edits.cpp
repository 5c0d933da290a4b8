// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/iso_edits.hpp"

#include "hls/container_clock.hpp"

#include <algorithm>

namespace hls {
namespace {

constexpr std::int64_t open_end = INT64_MAX / 2;

/// Where an edit ends that begins at `from`, on a clock of `per_second`; its length is on the movie's.
std::int64_t end_of(std::int64_t from, std::int64_t duration, std::int64_t movie_clock, std::int64_t per_second) {
  auto const seconds = duration / movie_clock;
  if (seconds >= open_end / 2 / std::max<std::int64_t>(per_second, 1)) return open_end;
  auto const rest = static_cast<double>(duration % movie_clock) / static_cast<double>(movie_clock);
  auto const length = seconds * per_second + static_cast<std::int64_t>(rest * static_cast<double>(per_second) + 0.5);
  return std::min(std::min(from, open_end) + length, open_end);
}

}  // namespace

Edits::Edits(IsoTrack const& track, IsoMovie const& movie) : clock_(track.clock), tolerance_(0), to_(open_end) {
  auto const movie_clock = std::max<std::int64_t>(movie.clock, 1);
  tolerance_ = clock_ / movie_clock + 1;
  std::int64_t before = 0;  // ticks of the movie
  bool found = false;
  for (auto const& edit : track.edits) {
    // The last one without a length: all that there is (8.6.6.1, for fragments).
    bool const shows = edit.media_time >= 0 && (edit.duration > 0 || &edit == &track.edits.back());
    several_ = several_ || (found && shows);
    if (shows && !found) {
      found = true;
      from_ = edit.media_time;
      // In fragments such lists are written before the length is known.
      if (edit.duration > 0 && !movie.fragmented) to_ = end_of(from_, edit.duration, movie_clock, clock_);
    }
    if (!found) before = std::min(before + std::min(edit.duration, open_end), open_end);
  }
  begin_ = ticks(before, movie_clock);
}

Time Edits::shown(std::int64_t media_time) const { return begin_ + ticks(media_time - from_, clock_); }

void Edits::add(std::vector<SyncSample> sync, KeyFrames& to) const {
  std::stable_sort(sync.begin(), sync.end(), [](auto const& a, auto const& b) { return a.pts < b.pts; });
  auto at = std::lower_bound(sync.begin(), sync.end(), from_, [](auto const& s, auto t) { return s.pts < t; });
  if (at != sync.begin() && (at == sync.end() || at->pts > from_)) --at;
  for (; at != sync.end() && at->pts + tolerance_ < to_; ++at) to.add(shown(at->pts), at->position);
}

Time Edits::end(std::int64_t media_end) const { return shown(media_end <= to_ + tolerance_ ? media_end : to_); }

}  // namespace hls
