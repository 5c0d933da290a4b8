// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/key_pictures.hpp"

#include <algorithm>

namespace hls {

Cut key_picture(Cut const& cut, Segment const& stretch) {
  constexpr Time tolerance = std::chrono::milliseconds(2);
  for (auto const& samples : cut) {
    if (samples.track.kind != Kind::video) continue;
    Samples one{samples.track, {}, stretch.end};
    auto const found = std::find_if(samples.units.begin(), samples.units.end(), [&](AccessUnit const& unit) {
      return unit.key && unit.pts >= stretch.begin - tolerance;
    });
    if (found != samples.units.end()) {
      one.units.push_back(*found);
      one.units[0].duration = stretch.end - stretch.begin;
      one.end = found->dts + one.units[0].duration;
    }
    return {one};
  }
  return {};
}

}  // namespace hls
