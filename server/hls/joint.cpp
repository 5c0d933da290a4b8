// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/joint.hpp"

namespace hls {
namespace {

constexpr Time rounding = std::chrono::microseconds(100);

}  // namespace

void begin_at_joint(Samples& sound, Segment const& segment) {
  auto& units = sound.units;
  std::erase_if(units, [&](AccessUnit const& unit) { return unit.pts < segment.begin - rounding; });
  if (units.empty() || units.front().pts - segment.begin >= units.front().duration) return;
  units.front().pts = units.front().dts = segment.begin;
}

void end_at_joint(Samples& sound, Segment const& segment) {
  auto& units = sound.units;
  std::erase_if(units, [&](AccessUnit const& unit) { return unit.pts + unit.duration > segment.end + rounding; });
  if (units.empty()) return;
  sound.end = units.back().pts + units.back().duration;
  if (segment.end - sound.end < units.back().duration) sound.end = segment.end;
}

}  // namespace hls
