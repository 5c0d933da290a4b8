// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/attributes.hpp"

#include <glib.h>

namespace hls {

Attributes& Attributes::quoted(char const* name, std::string_view value) {
  if (value.empty()) return *this;
  return plain(name, '"' + playlist_text(value) + '"');
}

Attributes& Attributes::plain(char const* name, std::string_view value) {
  if (!text_.empty()) text_ += ',';
  text_.append(name).append("=").append(value);
  return *this;
}

std::string playlist_text(std::string_view value) {
  auto* const valid = g_utf8_make_valid(value.data(), static_cast<gssize>(value.size()));
  std::string text;
  for (auto const* at = valid; *at != 0; at = g_utf8_next_char(at)) {
    auto const letter = g_utf8_get_char(at);
    if (letter == '"')
      text += '\'';
    else if (g_unichar_iscntrl(letter) || letter == 0x2028 || letter == 0x2029)
      text += ' ';
    else
      text.append(at, static_cast<std::size_t>(g_utf8_next_char(at) - at));
  }
  g_free(valid);
  return text;
}

std::string playlist_uri(std::string_view uri) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string text;
  for (char const letter : uri) {
    auto const byte = static_cast<unsigned char>(letter);
    bool const first_hash = letter == '#' && text.empty();  // would be a comment
    if (byte > 0x20 && byte < 0x7f && letter != '"' && !first_hash)
      text += letter;
    else
      (text += '%').append({digits[byte >> 4], digits[byte & 15]});
  }
  return text;
}

}  // namespace hls
