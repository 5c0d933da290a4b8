// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/known_sets.hpp"

#include "hls/nal_units.hpp"

#include <algorithm>

namespace hls {

void drop_known_sets(Track const& track, Bytes& unit) {
  if (track.codec != Codec::h264 && track.codec != Codec::h265) return;
  auto const config = nal_config(track.codec, track.codec_data);
  if (!config) return;
  auto const known = [&](Nal nal) {
    return set_name(track.codec, nal) && std::any_of(config->sets.begin(), config->sets.end(), [&](Nal set) {
             return std::equal(set.begin(), set.end(), nal.begin(), nal.end());
           });
  };
  auto const all = nals(unit, config->length_size);
  if (std::none_of(all.begin(), all.end(), known)) return;
  Bytes rest;
  rest.reserve(unit.size());
  for (auto const nal : all) {
    if (known(nal)) continue;
    for (int i = config->length_size; i-- > 0;) rest.push_back(static_cast<std::uint8_t>(nal.size() >> (8 * i)));
    rest.insert(rest.end(), nal.begin(), nal.end());
  }
  unit = std::move(rest);
}

}  // namespace hls
