// SPDX-License-Identifier: LGPL-2.1-or-later
// Are pictures shown in another order than they are coded in? Pure.
#pragma once

#include "hls/film.hpp"

namespace hls {

/// For H.264 by its avcC (ISO/IEC 14496-15 5.3.3; ISO/IEC 14496-10 7.3.2.1, E.1): false only where it proves that no
/// picture is shown later than its successor. Matters where a container has no time stamps, as AVI.
[[nodiscard]] bool may_reorder(Track const& track);
/// More than 8 bits, or more colour than 4:2:0: hardly any hardware plays that.
[[nodiscard]] bool is_deep_h264(Track const& track);

}  // namespace hls
