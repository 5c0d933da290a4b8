// SPDX-License-Identifier: LGPL-2.1-or-later
// The first clock reference of a transport stream, which GStreamer's demuxer counts from.
#pragma once

#include "hls/film.hpp"

#include <optional>
#include <span>

namespace hls {

/// `head`: the first bytes of the file; packets of 188, 192 or 204 bytes (ISO/IEC 13818-1 2.4.3.4). Pure.
[[nodiscard]] std::optional<Time> first_clock_reference(std::span<std::uint8_t const> head);

}  // namespace hls
