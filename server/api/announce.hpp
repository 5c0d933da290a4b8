// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "lib/json/json.hpp"

#include <string>
#include <vector>

namespace api {

/// True if the text begins with one of them, in any case.
bool starts_with_any(std::string const& text, std::initializer_list<char const*> starts);
/// "trackers" of a body, checked. Throws http::Failure.
std::vector<std::string> announce_urls(json::Document const& json);

}  // namespace api
