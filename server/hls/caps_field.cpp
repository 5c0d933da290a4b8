// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/caps_field.hpp"

#include <algorithm>

namespace hls {

std::string caps_field(Track const& track, std::string_view name) {
  std::string_view const caps = track.caps;
  auto const field = std::string(" ").append(name).append("=");
  auto const found = caps.find(field);
  if (found == caps.npos) return {};
  auto value = caps.substr(found + field.size());
  value = value.substr(0, value.find_first_of(",;"));
  if (value.starts_with('(')) value.remove_prefix(std::min(value.find(')'), value.size() - 1) + 1);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  return std::string(value);
}

}  // namespace hls
