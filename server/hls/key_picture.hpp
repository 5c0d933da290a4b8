// SPDX-License-Identifier: LGPL-2.1-or-later
// Can a decoder start at this picture? Demuxers flag the first one after a seek as such, whatever it is. Pure.
#pragma once

#include "hls/film.hpp"

#include <span>

namespace hls {

/// nullopt: the bytes don't tell, believe the demuxer. H.264 as `avc`, HEVC as `hvc1` with lengths of four bytes.
[[nodiscard]] std::optional<bool> is_key_picture(Codec codec, std::span<std::uint8_t const> picture);

/// Of a key picture: nothing that is decoded after it can be shown before it. False: perhaps something is.
[[nodiscard]] bool begins_closed_gop(Codec codec, std::span<std::uint8_t const> picture);

}  // namespace hls
