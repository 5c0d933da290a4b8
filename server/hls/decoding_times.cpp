// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/decoding_times.hpp"

#include <algorithm>

namespace hls {
namespace {

/// One of 90 kHz, rounded up: two pictures are never decoded at the same time.
constexpr Time tick{11112};

void keep_ascending(std::vector<AccessUnit>& units) {
  for (std::size_t i = units.size() - 1; i-- > 0;) units[i].dts = std::min(units[i].dts, units[i + 1].dts - tick);
}

}  // namespace

void set_decoding_times(Samples& video, Time reorder, Time picture, Time end, Next next) {
  auto& units = video.units;
  video.end = end - reorder;
  if (units.empty()) return;
  std::vector<Time> shown;
  shown.reserve(units.size());
  for (auto const& unit : units) shown.push_back(unit.pts);
  std::sort(shown.begin(), shown.end());
  for (std::size_t i = 0; i < units.size(); ++i) units[i].dts = std::min(shown[i] - reorder, units[i].pts);
  // Only where the film reorders more than was known.
  keep_ascending(units);

  // Pictures of an open GOP follow the last one at once; a long last picture is no proof of them.
  auto const longest =
      std::max_element(units.begin(), units.end(), [](auto const& a, auto const& b) { return a.pts < b.pts; });
  auto const length = std::max(longest->duration, picture);  // parsers give that of a field, too
  auto const over = longest->pts + length;
  bool const until_end = next == Next::closed || (next == Next::maybe_open && over + length / 2 >= end);
  video.end = (until_end ? end : over) - reorder;
  video.end = std::max(video.end, units.back().dts + tick);
}

void hide_before(Time begin, Samples& video) {
  std::vector<AccessUnit*> hidden;
  for (auto& unit : video.units)
    if (unit.pts < begin) hidden.push_back(&unit);
  std::sort(hidden.begin(), hidden.end(), [](auto const* a, auto const* b) { return a->pts < b->pts; });
  auto left = static_cast<std::int64_t>(hidden.size());
  for (auto* const unit : hidden) {
    unit->pts = begin - left-- * tick;
    unit->duration = tick;
  }
}

void decode_at_once(Samples& video) {
  auto& units = video.units;
  if (units.size() < 2) return;
  std::vector<Time> shown;
  for (auto const& unit : units) shown.push_back(unit.pts);
  std::sort(shown.begin(), shown.end());
  auto const early = std::count_if(units.begin(), units.end(), [&](auto const& each) { return each.dts < shown[0]; });
  auto const step = (shown[1] - shown[0]) / (early + 2);
  auto earliest = shown[0];
  for (auto& unit : units) {
    unit.dts = std::max(unit.dts, std::min(earliest, unit.pts));
    earliest = std::min(earliest + step, shown[1]);
  }
  keep_ascending(units);
}

}  // namespace hls
