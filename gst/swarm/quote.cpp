// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/quote.hpp"

#include <algorithm>
#include <cstdint>

namespace swarm {

namespace {

/// Bytes of the well-formed, printable character at the start of `text`; 0 if there is none (RFC 3629).
std::size_t character(std::string_view text) {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto const first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  std::size_t const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  std::uint32_t code = first & (0xff >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3f);
  }
  constexpr std::uint32_t shortest[] = {0, 0, 0x80, 0x800, 0x10000};
  bool const valid = code >= shortest[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  // C1 controls, line separators, and what changes the direction of writing.
  bool const control = code < 0xa0 || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
                       code == 0x200e || code == 0x200f || code == 0xfeff;
  return valid && !control ? length : 0;
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t most, std::string_view replacement) {
  std::string clean;
  clean.reserve(std::min(text.size(), most));
  while (!text.empty()) {
    auto const length = character(text);
    auto const part = length != 0 ? text.substr(0, length) : replacement;
    if (clean.size() + part.size() > most) break;
    clean += part;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return clean;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t most = 80;
  return '"' + clean_text(text, most, "?") + (text.size() > most ? "…" : "") + '"';
}

}  // namespace swarm
