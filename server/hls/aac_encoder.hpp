// SPDX-License-Identifier: LGPL-2.1-or-later
// PCM -> AAC-LC, by libavcodec's own encoder.
#pragma once

#include "hls/sound_decoder.hpp"

namespace hls {

inline constexpr int aac_frame = 1024;  ///< samples (ISO/IEC 14496-3 4.5.1.1)

/// Has AAC this sample rate?
[[nodiscard]] bool aac_has_rate(int rate);
/// AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1). `rate` must be one of AAC's.
[[nodiscard]] Bytes aac_config(int rate, int channels);

/// Frame i decodes to samples [1024 i, 1024 (i + 1)) of `pcm`, given the frame before it. For all but the first `skip`
/// and the last 2 of the whole frames that `pcm` has. Quality, not rate, is constant: a rate control would remember
/// what was before, and the frames at a joint would not fit. Throws std::runtime_error.
[[nodiscard]] std::vector<Bytes> encode_aac(Channels const& pcm, int rate, int channels, std::size_t skip);

}  // namespace hls
