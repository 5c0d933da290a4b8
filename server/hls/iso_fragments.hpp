// SPDX-License-Identifier: LGPL-2.1-or-later
// Movie fragments of one track, and their indexes (ISO/IEC 14496-12 8.8, 8.16.3).
#pragma once

#include "hls/iso_movie.hpp"
#include "hls/iso_samples.hpp"

namespace hls {

/// Follows fragments from one to the next.
class FragmentReader {
 public:
  FragmentReader(ByteSource& source, IsoTrack const& track, std::int64_t dts = 0)
      : source_(&source), track_(&track), dts_(dts) {}
  /// What it has of the track; positions are the fragment's own.
  [[nodiscard]] IsoSamples read(Box const& moof);
  [[nodiscard]] PictureOrder& order() { return order_; }

 private:
  void read_track_fragment(Box const& traf, std::int64_t position, IsoSamples& into);
  void read_run(Box const& trun, std::int64_t position, IsoSamples& into);

  ByteSource* source_;
  IsoTrack const* track_;
  PictureOrder order_;
  std::int64_t dts_;
  std::int64_t budget_ = 20'000'000;
  std::uint32_t duration_ = 0, flags_ = 0;
};

/// The first moof in [from, to) that boxes lead to from there.
[[nodiscard]] std::optional<Box> moof_from(ByteSource& source, std::int64_t from, std::int64_t to);

/// One line of an index: a key frame's PTS as the index counts, and where its fragment begins.
struct FragmentEntry {
  Time time{};
  std::int64_t position = 0;
};
/// From sidx boxes, also nested; empty unless they cover the file from the first fragment to the last.
[[nodiscard]] std::vector<FragmentEntry> segment_index(ByteSource& source, std::int64_t from, IsoTrack const& track);
/// From mfra at the file's end.
[[nodiscard]] std::vector<FragmentEntry> random_access_index(ByteSource& source, IsoTrack const& track);

}  // namespace hls
