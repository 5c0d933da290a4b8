// SPDX-License-Identifier: LGPL-2.1-or-later
// What a viewer will want next. Pure.
#pragma once

#include "swarm/layout.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace api {

/// Order in which people count: "episode 2" comes before "Episode 10".
bool natural_less(std::string_view a, std::string_view b);
/// The file that follows in that order, of the same kind, and not just a sample of one; nullopt if it was the last.
std::optional<int> next_part(swarm::Layout const& layout, int file);
/// So far in a file, its viewer will soon want the next.
bool nearly_seen(std::int64_t position, std::int64_t size);

}  // namespace api
