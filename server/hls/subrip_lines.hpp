// SPDX-License-Identifier: LGPL-2.1-or-later
// SubRip as people write it -> SubRip as libavformat reads it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace hls {

/// Times in any of the ways that are met ("1:02.5", "00:01:02:500", "->") as "00:01:02,500 --> …", each with an empty
/// line before and a number, so that the text before it can't be taken for one; line ends as "\n".
[[nodiscard]] std::string subrip_lines(std::string_view text);

}  // namespace hls
