// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/range.hpp"

#include <glib.h>

#include <algorithm>
#include <limits>
#include <optional>

namespace http {
namespace {

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();

std::string_view trimmed(std::string_view text) {
  auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// 1*DIGIT of any length; what does not fit is as good as infinite.
std::optional<std::int64_t> number(std::string_view digits) {
  if (digits.empty()) return {};
  std::int64_t value = 0;
  for (char c : digits) {
    if (!g_ascii_isdigit(c)) return {};
    value = value > (huge - 9) / 10 ? huge : value * 10 + (c - '0');
  }
  return value;
}

/// One range-spec as asked; an empty result is one that can't be satisfied, nullopt one that is malformed.
std::optional<swarm::ByteRange> parse(std::string_view spec, std::int64_t size) {
  auto dash = spec.find('-');
  if (dash == std::string_view::npos) return {};
  auto before = spec.substr(0, dash), after = spec.substr(dash + 1);
  if (before.empty()) {
    auto length = number(after);
    if (!length) return {};
    return swarm::ByteRange{std::max<std::int64_t>(0, size - *length), size};
  }
  auto first = number(before);
  if (!first) return {};
  if (after.empty()) return swarm::ByteRange{*first, size};
  auto last = number(after);
  if (!last || *last < *first) return {};
  return swarm::ByteRange{*first, *last < size ? *last + 1 : size};
}

bool overlap(std::vector<swarm::ByteRange> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](auto const& a, auto const& b) { return a.begin < b.begin; });
  for (std::size_t i = 1; i < ranges.size(); ++i)
    if (ranges[i].begin < ranges[i - 1].end) return true;
  return false;
}

}  // namespace

Selection select_ranges(std::string_view header, std::int64_t size) {
  Selection const whole;
  auto equals = header.find('=');
  if (equals == std::string_view::npos) return whole;
  auto unit = header.substr(0, equals);
  if (unit.size() != 5 || g_ascii_strncasecmp(unit.data(), "bytes", 5) != 0) return whole;

  Selection made{Selection::Kind::parts, {}};
  std::size_t asked = 0;
  auto rest = header.substr(equals + 1);
  for (bool more = true; more;) {
    auto comma = rest.find(',');
    more = comma != std::string_view::npos;
    auto spec = trimmed(rest.substr(0, comma));
    if (more) rest.remove_prefix(comma + 1);
    if (spec.empty()) continue;  // RFC 9110, 5.6.1.2: empty list elements are ignored
    auto range = parse(spec, size);
    if (!range || ++asked > max_ranges) return whole;
    if (!range->empty()) made.ranges.push_back(*range);
  }
  if (asked == 0 || overlap(made.ranges)) return whole;
  if (made.ranges.empty()) made.kind = Selection::Kind::unsatisfiable;
  return made;
}

std::string content_range(swarm::ByteRange range, std::int64_t size) {
  return "bytes " + std::to_string(range.begin) + "-" + std::to_string(range.end - 1) + "/" + std::to_string(size);
}

std::string unsatisfied_range(std::int64_t size) { return "bytes */" + std::to_string(size); }

}  // namespace http
