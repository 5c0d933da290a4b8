// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/disposition.hpp"

#include <glib.h>

namespace http {
namespace {

/// attr-char of RFC 8187
bool plain(char c) {
  return g_ascii_isalnum(c) || (c && std::string_view("!#$&+-.^_`|~").find(c) != std::string_view::npos);
}

}  // namespace

std::string disposition(std::string_view file_name, bool download) {
  g_autofree char* valid = g_utf8_make_valid(file_name.data(), static_cast<gssize>(file_name.size()));
  std::string fallback, extended;
  bool needs_extended = false;
  for (char const* at = valid; *at; at = g_utf8_next_char(at)) {
    auto c = g_utf8_get_char(at);
    // Path separators and control characters have no place in a file's name, whatever the torrent says.
    if (g_unichar_iscntrl(c) || c == '/' || c == '\\') {
      fallback += '_';
      extended += '_';
      continue;
    }
    // Many clients decode %xx in the plain form as well, though they should not.
    bool simple = c < 0x80 && c != '"' && c != '%';
    needs_extended = needs_extended || !simple;
    fallback += simple ? static_cast<char>(c) : '_';
    for (char const* byte = at; byte < g_utf8_next_char(at); ++byte) {
      if (plain(*byte)) {
        extended += *byte;
      } else {
        auto value = static_cast<unsigned char>(*byte);
        extended += '%';
        extended += "0123456789ABCDEF"[value >> 4];
        extended += "0123456789ABCDEF"[value & 15];
      }
    }
  }
  auto made = std::string(download ? "attachment" : "inline") + "; filename=\"" + fallback + "\"";
  if (needs_extended) made += "; filename*=UTF-8''" + extended;
  return made;
}

}  // namespace http
