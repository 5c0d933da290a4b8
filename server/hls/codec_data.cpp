// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/codec_data.hpp"

#include "hls/ac3_header.hpp"
#include "hls/video_config.hpp"

namespace hls {

Bytes codec_data_from(Track const& track, Bytes const& first) {
  switch (track.codec) {
    case Codec::ac3:
      return dac3(first);
    case Codec::eac3:
      return dec3(first);
    case Codec::vp9:
      return vpcc(track, first);
    case Codec::av1:
      return av1c(first);
    default:
      return {};
  }
}

}  // namespace hls
