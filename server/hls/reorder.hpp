// SPDX-License-Identifier: LGPL-2.1-or-later
// How many pictures may be decoded before one that is shown earlier, by the stream's own parameter sets.
#pragma once

#include "hls/film.hpp"

#include <optional>

namespace hls {

/// nullopt: it doesn't say.
[[nodiscard]] std::optional<int> promised_reorder(Track const& track);

}  // namespace hls
