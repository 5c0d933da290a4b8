// SPDX-License-Identifier: LGPL-2.1-or-later
// "00:01:02,500 --> 00:01:04,000", in any of the ways that are met: "1:02.5", "00:01:02:500", "->". Pure.
#pragma once

#include <optional>
#include <string_view>

namespace hls {

struct CueTiming {
  long long begin, end;   ///< milliseconds; any order
  std::string_view rest;  ///< of the line: coordinates, settings
};
/// nullopt: the line is none.
[[nodiscard]] std::optional<CueTiming> timing_of(std::string_view line);

}  // namespace hls
