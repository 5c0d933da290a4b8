// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "hls/film.hpp"

struct AVFrame;

namespace hls {

/// The picture (yuvj420p) as a JPEG file. Throws std::runtime_error.
[[nodiscard]] Bytes jpeg(AVFrame const& picture);

}  // namespace hls
