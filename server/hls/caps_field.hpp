// SPDX-License-Identifier: LGPL-2.1-or-later
// A field of a track's caps as text, without GStreamer's registry of types, so that what is pure stays it.
#pragma once

#include "hls/film.hpp"

#include <string_view>

namespace hls {

/// "hvc1" of "video/x-h265, stream-format=(string)hvc1"; empty: there is no such field.
[[nodiscard]] std::string caps_field(Track const& track, std::string_view name);

}  // namespace hls
