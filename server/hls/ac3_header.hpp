// SPDX-License-Identifier: LGPL-2.1-or-later
// Frame headers of AC-3 and E-AC-3 -> what MP4 wants to know of them (ETSI TS 102 366 annexes E, F).
#pragma once

#include "hls/film.hpp"

#include <span>

namespace hls {

/// Payload of the `dac3` box from an AC-3 frame; empty: no such frame.
[[nodiscard]] Bytes dac3(std::span<std::uint8_t const> frame);
/// Payload of the `dec3` box from an access unit of E-AC-3: the frames of all its substreams.
[[nodiscard]] Bytes dec3(std::span<std::uint8_t const> frames);

}  // namespace hls
