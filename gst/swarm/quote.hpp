// SPDX-License-Identifier: LGPL-2.1-or-later
// Strangers' text in messages. Pure; reentrant.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace swarm {

/// Valid UTF-8 without control characters: what is not becomes `replacement`. Cut to at most `most` bytes, never in
/// the middle of a character.
std::string clean_text(std::string_view text, std::size_t most, std::string_view replacement = "\uFFFD");

/// The text as it may stand in a message: cleaned, in quotation marks, at most some 80 bytes of it.
std::string in_quotes(std::string_view text);

}  // namespace swarm
