// SPDX-License-Identifier: LGPL-2.1-or-later
// Video that a client can't play -> H.264, segment by segment: the same bytes in any order (per build).
#pragma once

#include "hls/cut.hpp"
#include "hls/segments.hpp"

#include <stop_token>

namespace hls {

/// Of an AccessUnit's pts, for those to whom the container gives none (MPEG program streams: most of them).
inline constexpr Time unknown_time = Time::min();

struct PictureLimits {
  int height = 1080;    ///< of a landscape picture 16:9; others have as many pixels at most
  int frame_rate = 30;  ///< faster films give every second, third … picture
  int kbit = 8000;      ///< per second, within any two seconds; of smaller pictures less
  double quality = 23;  ///< x264's CRF
  int threads = 1;      ///< x264's; with more its rate control depends on which of them is faster, and so do the bytes
};

/// One per film. Thread-safe.
class PictureCoder {
 public:
  /// Throws std::runtime_error if there is no decoder, no encoder, or if the picture's size is unknown.
  explicit PictureCoder(Track const& source, PictureLimits const& limits = {});

  [[nodiscard]] static bool can_code(Track const& source);
  /// What comes out: H.264 (`avc`), 8 bit 4:2:0, progressive, upright, square pixels; avcC for all segments.
  [[nodiscard]] Track const& track() const { return track_; }
  /// Bits of a segment that is so long, at most.
  [[nodiscard]] std::int64_t most_bits(Time length) const;

  /// `source`: in file order, from a key frame at or before segment.begin (one earlier where GOPs are open) to at least
  /// two pictures shown after segment.end. PTS may be unknown_time, or ascend in file order although there are B
  /// pictures (AVI): then the decoder's order and the frame rate decide.
  /// Gives the pictures that are shown in [begin, end), for the first segment also those before, for the last all that
  /// follow; the first is an IDR picture; DTS = PTS. If there is none, the one before or after (or black) stands for
  /// it. Runs at low priority. Throws Cancelled; std::runtime_error if the encoder fails.
  [[nodiscard]] Samples code(Samples const& source, Segment const& segment, bool first, bool last,
                             std::stop_token cancelled = {}) const;

 private:
  Track source_;
  PictureLimits limits_;
  Track track_;
  int every_ = 1;  ///< of how many pictures one is kept
};

}  // namespace hls
