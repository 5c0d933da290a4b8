// SPDX-License-Identifier: LGPL-2.1-or-later
// Bytes as WebTorrent writes them in JSON: each a character U+0000 to U+00FF. Strings of json-glib end at a zero byte,
// so a character of a private plane, which nobody sends, stands for it between the text and the values. Pure.
#pragma once

#include <string>
#include <string_view>

namespace json {

/// In a value: what stands for a zero byte.
inline constexpr std::string_view nul = "\xf3\xb0\x80\x80";

/// The value of such bytes.
std::string of_bytes(std::string_view bytes);
/// A text that somebody sent, for Document; and one that is to be sent.
std::string without_nul(std::string_view text);
std::string with_nul(std::string text);

}  // namespace json
