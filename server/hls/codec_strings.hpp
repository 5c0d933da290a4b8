// SPDX-License-Identifier: LGPL-2.1-or-later
// The CODECS and VIDEO-RANGE attributes of a track (RFC 6381; ISO/IEC 14496-15 annex E; RFC 8216 4.3.4.2). Pure.
#pragma once

#include "hls/film.hpp"

#include <string>

namespace hls {

/// "avc1.64001f", "hvc1.2.4.L120.B0", "av01.0.08M.10", "vp09.00.41.08", "mp4a.40.2", "ac-3", "ec-3", "opus", "fLaC" …;
/// empty where no such name is defined.
[[nodiscard]] std::string codec_string(Track const& track);
/// "SDR", "HLG", "PQ".
[[nodiscard]] char const* video_range(Track const& track);

}  // namespace hls
