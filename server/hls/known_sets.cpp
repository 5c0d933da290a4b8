// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/known_sets.hpp"

#include "hls/nal_units.hpp"

#include <algorithm>

namespace hls {
namespace {

void append(Bytes& to, Nal nal, int length_size) {
  for (int i = length_size; i-- > 0;) to.push_back(static_cast<std::uint8_t>(nal.size() >> (8 * i)));
  to.insert(to.end(), nal.begin(), nal.end());
}

}  // namespace

void settle_sets(Track const& head, Track const& now, AccessUnit& unit) {
  if (now.codec != Codec::h264 && now.codec != Codec::h265) return;
  auto const config = nal_config(now.codec, now.codec_data);
  if (!config) return;
  auto const known = [&](Nal nal) {
    return set_name(now.codec, nal) && std::any_of(config->sets.begin(), config->sets.end(), [&](Nal set) {
             return std::equal(set.begin(), set.end(), nal.begin(), nal.end());
           });
  };
  auto const is_new = [&](Nal nal) { return set_name(now.codec, nal) && !known(nal); };
  auto const all = nals(unit.data, config->length_size);
  bool const put = unit.key && head.codec_data != now.codec_data;
  // A set that changes takes with it what refers to it: then all stay.
  if (std::any_of(all.begin(), all.end(), is_new)) return;
  if (!put && std::none_of(all.begin(), all.end(), known)) return;
  Bytes settled;
  settled.reserve(unit.data.size() + (put ? now.codec_data.size() : 0));
  if (put)
    for (auto const set : config->sets) append(settled, set, config->length_size);
  for (auto const nal : all)
    if (!known(nal)) append(settled, nal, config->length_size);
  unit.data = std::move(settled);
}

}  // namespace hls
