// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures -> H.264 by x264, through libavcodec: one GOP that begins with an IDR picture, without B pictures.
#pragma once

#include "hls/av.hpp"
#include "hls/picture_coder.hpp"

#include <deque>

namespace hls {

class H264Encoder {
 public:
  /// `track`: size, frame rate and colours of what comes in. Throws std::runtime_error.
  H264Encoder(Track const& track, PictureLimits const& limits);

  /// The same for all encoders with the same arguments.
  [[nodiscard]] Bytes avcc() const;
  /// yuv420p of the track's size.
  void give(AVFrame const& picture, Time time);
  /// In order, with 4 byte lengths before NAL units; duration is not set.
  [[nodiscard]] std::vector<AccessUnit> finish();

 private:
  void receive();

  av::Codec encoder_;
  av::Packet packet_ = av::packet();
  std::deque<Time> times_;
  std::int64_t given_ = 0;
  std::vector<AccessUnit> units_;
};

}  // namespace hls
