// SPDX-License-Identifier: LGPL-2.1-or-later
// Conditional requests (RFC 9110, 13). Pure; reentrant.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace http {

/// What the representation is identified by.
struct Validators {
  std::string etag;                           ///< with its quotes; strong
  std::optional<std::int64_t> last_modified;  ///< Unix seconds
};

/// The fields of a request; empty = not there.
struct Conditions {
  std::string if_match, if_none_match, if_modified_since, if_unmodified_since, if_range;
};

enum class Verdict { proceed, not_modified, precondition_failed };

/// Precedence of RFC 9110, 13.2.2, for GET and HEAD.
Verdict evaluate(Conditions const& conditions, Validators const& validators);
/// Does the Range field count? True if there is no If-Range.
bool range_applies(Conditions const& conditions, Validators const& validators);

/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::int64_t unix_seconds);
/// All three forms that a recipient must understand; nullopt for anything else.
std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace http
