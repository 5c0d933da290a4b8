// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/subrip_lines.hpp"

#include "hls/cue_timing.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <vector>

namespace hls {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

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
