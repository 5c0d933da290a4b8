// SPDX-License-Identifier: LGPL-2.1-or-later
// The Range header (RFC 9110, 14). Pure; reentrant. Inclusive ends exist only inside this file and in what it prints.
#pragma once

#include "swarm/types.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// More ranges than this in one request are answered with the whole file.
inline constexpr std::size_t max_ranges = 16;

struct Selection {
  enum class Kind {
    whole,          ///< no Range, or one that must be ignored (malformed, other unit, too many, overlapping)
    parts,          ///< `ranges` in the order asked for, none empty, all within the file
    unsatisfiable,  ///< 416
  };
  Kind kind = Kind::whole;
  std::vector<swarm::ByteRange> ranges;
};

/// `header` is the value of the Range field, empty if there is none; `size` is that of the file.
Selection select_ranges(std::string_view header, std::int64_t size);

/// "bytes 0-99/1000"
std::string content_range(swarm::ByteRange range, std::int64_t size);
/// "bytes */1000"
std::string unsatisfied_range(std::int64_t size);

}  // namespace http
