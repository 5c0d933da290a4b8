// SPDX-License-Identifier: LGPL-2.1-or-later
// What is told of a search, as JSON. Reentrant.
#pragma once

#include "lib/json/json.hpp"
#include "search/search.hpp"

#include <optional>
#include <string>

namespace search {

/// "2020-02-03T12:34:56Z"
std::optional<std::string> time_of(std::optional<std::int64_t> seconds);
json::Object shape(Hit const& hit, std::string const& magnet);
json::Object shape(Standing const& standing);

/// What an empty answer means, and what to do.
std::string why_nothing_was_found(Answer const& answer);

}  // namespace search
