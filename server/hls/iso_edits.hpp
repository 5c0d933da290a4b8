// SPDX-License-Identifier: LGPL-2.1-or-later
// A track's edit list (ISO/IEC 14496-12 8.6.6): which of its times are shown when. Pure.
#pragma once

#include "hls/iso_movie.hpp"
#include "hls/iso_samples.hpp"
#include "hls/key_frames.hpp"

namespace hls {

/// A film has one stretch of its media, perhaps some time after its beginning.
class Edits {
 public:
  Edits(IsoTrack const& track, IsoMovie const& movie);

  /// There are several stretches: only the first one is known here.
  [[nodiscard]] bool several() const { return several_; }
  /// Where a time of the track is shown, or would be if the edit were longer.
  [[nodiscard]] Time shown(std::int64_t media_time) const;
  /// When the edit is shown.
  [[nodiscard]] Time begin() const { return begin_; }
  /// Adds what can be shown of key frames; all before the edit but the last are never needed.
  void add(std::vector<SyncSample> sync, KeyFrames& to) const;
  /// Where the film ends whose last sample ends at `media_end`.
  [[nodiscard]] Time end(std::int64_t media_end) const;

 private:
  std::int64_t clock_, tolerance_;
  std::int64_t from_ = 0, to_;  ///< of the track's clock
  Time begin_{};
  bool several_ = false;
};

}  // namespace hls
