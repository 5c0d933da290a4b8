// SPDX-License-Identifier: LGPL-2.1-or-later
// Parts of URIs (RFC 3986). Pure; reentrant.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace swarm {

/// nullopt if a `%` is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);
/// Everything but letters, digits and `-._~`, and what `keep` lists.
std::string percent_encode(std::string_view text, std::string_view keep = {});

/// Any case; `scheme` in lower case without the colon.
bool has_scheme(std::string_view uri, std::string_view scheme);
/// The scheme before `://`, as it is written; empty if there is none.
std::string_view scheme_of(std::string_view uri);

/// The URL with its scheme in lower case, if it is of one of these schemes, names a host, has no port but a possible
/// one, and neither spaces nor control characters.
std::optional<std::string> web_address(std::string_view url, std::initializer_list<std::string_view> schemes);

/// 1 to 65535, digits only.
std::optional<int> port_number(std::string_view text);

/// Equal but for the case of ASCII letters.
bool same_letters(std::string_view a, std::string_view b);

}  // namespace swarm
