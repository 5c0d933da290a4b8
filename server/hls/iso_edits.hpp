// SPDX-License-Identifier: LGPL-2.1-or-later
// A track's edit list (ISO/IEC 14496-12 8.6.6): which of its times are shown when. Pure.
#pragma once

#include "hls/iso_movie.hpp"
#include "hls/iso_samples.hpp"
#include "hls/key_frames.hpp"

namespace hls {

class Edits {
 public:
  Edits(IsoTrack const& track, IsoMovie const& movie);

  /// Where a time of the track is shown first, or would be if its edit were longer.
  [[nodiscard]] Time shown(std::int64_t media_time) const;
  /// Several stretches of the media, one after the other.
  [[nodiscard]] bool several() const { return stretches_.size() > 1; }
  /// When the first edit is shown.
  [[nodiscard]] Time begin() const { return stretches_.front().begin; }
  /// Adds what can be shown of key frames; all before the first edit but the last are never needed.
  void add(std::vector<SyncSample> sync, KeyFrames& to) const;
  /// Where the film ends whose last sample ends at `media_end`.
  [[nodiscard]] Time end(std::int64_t media_end) const;

 private:
  struct Stretch {
    std::int64_t from, to;  ///< of the track's clock
    Time begin;             ///< when it is shown
  };
  [[nodiscard]] Time shown(Stretch const& stretch, std::int64_t media_time) const;

  std::int64_t clock_, tolerance_;
  std::vector<Stretch> stretches_;
};

}  // namespace hls
