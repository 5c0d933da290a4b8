// SPDX-License-Identifier: LGPL-2.1-or-later
// Decoder configurations that a container didn't give, from the track's first access unit. Pure.
#pragma once

#include "hls/film.hpp"

namespace hls {

/// For Track::codec_data where it is empty: dac3, dec3, vpcC, av1C (their payload). `first`: the first access unit of a
/// sound track, a key frame of video. Empty where none is needed or the bytes make no sense: what is written then is
/// made of the other fields of the track.
[[nodiscard]] Bytes codec_data_from(Track const& track, Bytes const& first);

}  // namespace hls
