// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "hls/film.hpp"

struct AVFrame;

namespace hls {

/// The picture (yuv420p, full range) as a JPEG file. Throws std::runtime_error.
[[nodiscard]] Bytes jpeg(AVFrame const& picture);

}  // namespace hls
