// SPDX-License-Identifier: LGPL-2.1-or-later
// The sample tables of one track (ISO/IEC 14496-12 8.6, 8.7), read side by side through small windows: their size in
// memory is that of the key frames, not of the tables.
#pragma once

#include "hls/iso_movie.hpp"

namespace hls {

/// A key frame's time, on the track's own clock and before its edits.
struct SyncSample {
  std::int64_t pts = 0;
  std::int64_t position = 0;
};

struct IsoSamples {
  std::vector<SyncSample> sync;  ///< in file order; thinned out if all samples are
  std::int64_t count = 0;
  std::int64_t end = 0;      ///< the largest PTS + duration of those that lie in the file
  std::int64_t reorder = 0;  ///< as Timeline's
  bool closed_gops = true;
};

/// Throws Truncated if the tables do.
[[nodiscard]] IsoSamples read_samples(ByteSource& source, IsoTrack const& track);

/// Follows pictures in file order; tells how far their PTS are out of order.
class PictureOrder {
 public:
  void add(std::int64_t pts, bool sync);
  [[nodiscard]] std::int64_t reorder();
  [[nodiscard]] bool closed_gops() const { return closed_; }

 private:
  void settle();

  /// More than any codec holds back; sorted, and the same in file order.
  static constexpr std::size_t depth = 64;
  std::vector<std::int64_t> sorted_, arrived_;
  std::int64_t reorder_ = 0, last_key_ = INT64_MIN;
  bool closed_ = true;
};

}  // namespace hls
