// SPDX-License-Identifier: LGPL-2.1-or-later
// Which decoder of libavcodec a track of sound wants, and how it is told of the track.
#pragma once

#include "hls/av.hpp"
#include "hls/film.hpp"

namespace hls {

/// AV_CODEC_ID_NONE where there is none.
[[nodiscard]] AVCodecID sound_codec(Track const& track);
/// In the form that libavcodec wants.
[[nodiscard]] Bytes sound_extradata(Track const& track);
/// Opened. `first` is the first frame that it will get. Throws std::runtime_error.
[[nodiscard]] av::Codec open_sound_decoder(Track const& track, Bytes const& first);

}  // namespace hls
