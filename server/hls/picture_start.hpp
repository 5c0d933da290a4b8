// SPDX-License-Identifier: LGPL-2.1-or-later
// Does a decoder begin here? Told from an access unit's first bytes (start codes, Annex B). Pure.
#pragma once

#include "hls/film.hpp"

#include <cstddef>
#include <optional>
#include <span>

namespace hls {

/// nullopt: these bytes don't tell yet, or the codec is none of H.264, HEVC, MPEG-2, MPEG-4, VC-1.
[[nodiscard]] std::optional<bool> begins_at_key(Codec codec, std::span<std::byte const> bytes);

/// A sum of the sequence parameter sets (H.264, HEVC) in these bytes; 0: none are there.
[[nodiscard]] std::uint32_t sum_of_sets(Codec codec, std::span<std::byte const> bytes);

}  // namespace hls
