// SPDX-License-Identifier: LGPL-2.1-or-later
// Info hashes as people give them. Pure; reentrant.
#pragma once

#include "swarm/types.hpp"

#include <string_view>

namespace swarm {

/// 40 hexadecimal or 32 base32 characters (v1), 64 hexadecimal (v2). Throws Error(bad_input) that says what is wrong.
InfoHash parse_hash(std::string_view text);

/// What follows `xt=`: `urn:btih:<v1>` or `urn:btmh:1220<v2>`. Throws Error(bad_input); nullopt for another network's.
std::optional<InfoHash> parse_exact_topic(std::string_view topic);

}  // namespace swarm
