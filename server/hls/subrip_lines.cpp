// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/subrip_lines.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <vector>

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

struct Timing {
  long long begin, end;
  std::string_view rest;  ///< "X1:… Y2:…"
};
std::optional<Timing> timing_of(std::string_view line) {
  auto const begin = time_of(line);
  if (!begin) return std::nullopt;
  skip_spaces(line);
  static constexpr std::array<std::string_view, 6> arrows{"-->", "--&gt;", "- ->", "->", "–>", "—>"};
  auto const arrow = std::find_if(arrows.begin(), arrows.end(), [line](auto a) { return line.starts_with(a); });
  if (arrow == arrows.end()) return std::nullopt;
  line.remove_prefix(arrow->size());
  auto const end = time_of(line);
  if (!end) return std::nullopt;
  return Timing{*begin, *end, line};
}

bool is_number(std::string_view line) {
  return !line.empty() && line.size() < 10 && std::all_of(line.begin(), line.end(), is_digit);
}

std::string written(long long ms) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%02lld:%02lld:%02lld,%03lld", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60,
                ms % 1000);
  return text.data();
}

}  // namespace

std::string subrip_lines(std::string_view text) {
  std::string out;
  std::vector<std::string_view> pending;  // lines of a cue: the last may be the next one's number
  std::size_t number = 0;
  auto const flush = [&](bool before_timing) {
    if (before_timing && !pending.empty() && is_number(pending.back())) pending.pop_back();
    for (auto const line : pending) {
      // Before the first time stamp nothing is text; empty lines within a cue were put there by mistake.
      if (number == 0 || line.empty()) continue;
      out += line;
      out += '\n';
    }
    pending.clear();
  };
  while (!text.empty()) {
    auto const end = std::min(text.find_first_of("\r\n"), text.size());
    auto line = text.substr(0, end);
    auto const crlf = text.substr(end).starts_with("\r\n");
    text.remove_prefix(std::min(end + (crlf ? 2 : 1), text.size()));
    line = line.substr(0, line.find_last_not_of(" \t") + 1);
    auto const begin = line.find_first_not_of(" \t");
    if (auto const timing = timing_of(line)) {
      flush(true);
      out += "\n" + std::to_string(++number) + "\n" + written(timing->begin) + " --> " +
             written(std::max(timing->begin, timing->end)) + std::string(timing->rest) + "\n";
    } else {
      pending.push_back(begin == line.npos ? std::string_view() : line.substr(begin));
    }
  }
  flush(false);
  return out;
}

}  // namespace hls
