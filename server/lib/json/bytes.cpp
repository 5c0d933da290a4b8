// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/json/bytes.hpp"

#include <glib.h>

#include <algorithm>

namespace json {
namespace {

constexpr std::string_view nul_escape = R"(\u0000)", stand_in = R"(\udb80\udc00)";

}  // namespace

std::string of_bytes(std::string_view bytes) {
  std::string text;
  for (unsigned char const byte : bytes) {
    char utf8[6];
    if (byte == 0)
      text += nul;
    else
      text.append(utf8, static_cast<std::size_t>(g_unichar_to_utf8(byte, utf8)));
  }
  return text;
}

std::string without_nul(std::string_view text) {
  std::string made;
  made.reserve(text.size());
  while (!text.empty()) {
    auto const escape = text.find('\\');
    made += text.substr(0, escape);
    if (escape == std::string_view::npos) break;
    text.remove_prefix(escape);
    bool const is_nul = text.starts_with(nul_escape);
    auto const size = is_nul ? nul_escape.size() : std::min<std::size_t>(2, text.size());
    made += is_nul ? stand_in : text.substr(0, size);
    text.remove_prefix(size);
  }
  return made;
}

std::string with_nul(std::string text) {
  for (auto at = text.find(nul); at != std::string::npos; at = text.find(nul, at))
    text.replace(at, nul.size(), nul_escape);
  return text;
}

}  // namespace json
