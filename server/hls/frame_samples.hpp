// SPDX-License-Identifier: LGPL-2.1-or-later
// How many samples a frame of sound holds, by its own first bytes. Pure.
#pragma once

#include "hls/film.hpp"

#include <cstdint>
#include <span>

namespace hls {

/// At the track's sample rate; 0 = not known or not constant. Takes any bytes.
[[nodiscard]] int samples_in(Track const& track, std::span<std::uint8_t const> frame);

}  // namespace hls
