// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/cue_timing.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace hls {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void skip_spaces(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size())); }

/// Milliseconds; takes what it read away.
std::optional<long long> time_of(std::string_view& text) {
  std::array<long long, 4> parts{};
  std::size_t count = 0;
  bool fraction = false;
  skip_spaces(text);
  while (count < parts.size() && !text.empty() && is_digit(text[0])) {
    auto const digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits > 9) return std::nullopt;
    long long value = 0;
    for (auto const c : text.substr(0, digits)) value = value * 10 + (c - '0');
    if (fraction || count == 3) {  // of a second: "5" is 500 ms, "5000" too
      for (auto n = digits; n < 3; ++n) value *= 10;
      for (auto n = digits; n > 3; --n) value /= 10;
      fraction = true;
    }
    parts.at(count++) = value;
    text.remove_prefix(digits);
    if (fraction) break;
    auto rest = text;
    skip_spaces(rest);
    if (rest.empty() || (rest[0] != ':' && rest[0] != ',' && rest[0] != '.' && rest[0] != ';')) break;
    fraction = rest[0] == ',' || rest[0] == '.';
    rest.remove_prefix(1);
    skip_spaces(rest);
    if (rest.empty() || !is_digit(rest[0])) return std::nullopt;
    text = rest;
  }
  if (count < 2) return std::nullopt;
  auto const ms = fraction ? parts.at(--count) : 0;
  long long seconds = 0;
  for (std::size_t i = 0; i < count; ++i) seconds = seconds * 60 + parts.at(i);
  if (seconds > 1000 * 3600) return std::nullopt;
  return seconds * 1000 + ms;
}

}  // namespace

std::optional<CueTiming> timing_of(std::string_view line) {
  auto const begin = time_of(line);
  if (!begin) return std::nullopt;
  skip_spaces(line);
  static constexpr std::array<std::string_view, 6> arrows{"-->", "--&gt;", "- ->", "->", "–>", "—>"};
  auto const arrow = std::find_if(arrows.begin(), arrows.end(), [line](auto a) { return line.starts_with(a); });
  if (arrow == arrows.end()) return std::nullopt;
  line.remove_prefix(arrow->size());
  auto const end = time_of(line);
  if (!end) return std::nullopt;
  return CueTiming{*begin, *end, line};
}

}  // namespace hls
