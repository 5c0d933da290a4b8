// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds the way back into a stream from any place of it, by a pattern of bytes that begins its parts.
#pragma once

#include "hls/byte_source.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace hls {

/// Is it really one, that the pattern was found of here?
using Accept = std::function<bool(std::int64_t position)>;

/// The first or last place in [from, to) where `pattern` begins and is accepted. At most 1000 candidates are looked at.
[[nodiscard]] std::optional<std::int64_t> find_first(ByteSource& source, std::int64_t from, std::int64_t to,
                                                     std::string_view pattern, Accept const& accept);
[[nodiscard]] std::optional<std::int64_t> find_last(ByteSource& source, std::int64_t from, std::int64_t to,
                                                    std::string_view pattern, Accept const& accept);

}  // namespace hls
