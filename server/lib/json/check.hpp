// SPDX-License-Identifier: LGPL-2.1-or-later
// Is this text JSON (RFC 8259)? Pure; reentrant. json-glib accepts much that is not, recurses without a bound and
// turns numbers that are too large into others, so nothing reaches it that has not passed here.
#pragma once

#include <string>
#include <string_view>

namespace json {

inline constexpr int max_depth = 64;

/// Empty if it is; else one sentence that says what is wrong and where.
std::string check(std::string_view text);

}  // namespace json
