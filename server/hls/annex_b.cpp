// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/annex_b.hpp"

#include "hls/byte_writer.hpp"

#include <algorithm>
#include <stdexcept>

namespace hls {
namespace {

void append_nal(Bytes& to, Nal nal) {
  ByteWriter out(to);
  out.u32(1);
  out.bytes(nal);
}

void append_delimiter(Bytes& to, Codec codec) {
  // "Any kind of slice": 14496-10 table 7-5, 23008-2 table 7-2.
  static constexpr std::uint8_t h264[]{0x09, 0xf0};
  static constexpr std::uint8_t h265[]{0x46, 0x01, 0x50};
  append_nal(to, codec == Codec::h264 ? Nal(h264) : Nal(h265));
}

}  // namespace

AnnexB::AnnexB(Track const& track) : codec_(track.codec), length_size_(4) {
  auto const config = nal_config(track.codec, track.codec_data);
  if (!config) throw std::invalid_argument(std::string(name_of(track.codec)) + " without its decoder configuration");
  length_size_ = config->length_size;
  for (auto const nal : config->sets) sets_.push_back({set_name(codec_, nal), Bytes(nal.begin(), nal.end())});
}

void AnnexB::append(Bytes& to, AccessUnit const& unit, bool with_sets) {
  auto const all = nals(unit.data, length_size_);
  append_delimiter(to, codec_);

  for (auto const nal : all)
    if (auto const name = set_name(codec_, nal)) remember(*name, nal);
  // All of them: decoders forget what refers to a set that changes.
  if (with_sets)
    for (auto const& set : sets_) append_nal(to, set.nal);

  bool sliced = false;
  for (auto const nal : all) {
    sliced = sliced || is_slice(codec_, nal);
    // A second field has a delimiter of its own, which stays.
    if (!sliced && is_delimiter(codec_, nal)) continue;
    if (with_sets && set_name(codec_, nal)) continue;
    append_nal(to, nal);
  }
}

void AnnexB::remember(SetName name, Nal nal) {
  auto const found = std::find_if(sets_.begin(), sets_.end(), [&](Set const& set) { return set.name == name; });
  if (found != sets_.end())
    found->nal.assign(nal.begin(), nal.end());
  else if (sets_.size() < 512)  // more ids than both standards have
    sets_.insert(std::find_if(sets_.begin(), sets_.end(),
                              [&](Set const& set) { return !set.name || set.name->type > name.type; }),
                 {name, Bytes(nal.begin(), nal.end())});
}

}  // namespace hls
