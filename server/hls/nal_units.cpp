// SPDX-License-Identifier: LGPL-2.1-or-later
// gstreamer-codecparsers has this, too, but is no stable API, and parses whole sets where only their ids matter.
#include "hls/nal_units.hpp"

#include "hls/bit_reader.hpp"

#include <algorithm>

namespace hls {
namespace {

/// Without emulation prevention bytes (14496-10 7.4.1), as far as ids lie.
Bytes plain(Nal nal) {
  Bytes out;
  int zeros = 0;
  for (auto const byte : nal.first(std::min<std::size_t>(nal.size(), 256))) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
  return out;
}

/// profile_tier_level() of HEVC (23008-2 7.3.3) up to its end.
void skip_profile_tier_level(BitReader& in, std::uint32_t sub_layers) {
  in.skip(88 + 8);
  bool profile[8]{}, level[8]{};
  for (std::uint32_t i = 0; i < sub_layers; ++i) {
    profile[i] = in.flag();
    level[i] = in.flag();
  }
  if (sub_layers > 0) in.skip(2 * (8 - sub_layers));
  for (std::uint32_t i = 0; i < sub_layers; ++i) in.skip((profile[i] ? 88U : 0U) + (level[i] ? 8U : 0U));
}

/// A length of two bytes, then that much.
bool take(Bytes const& from, std::size_t& at, std::vector<Nal>& to) {
  if (at + 2 > from.size()) return false;
  std::size_t const size = from[at] << 8 | from[at + 1];
  at += 2;
  if (size > from.size() - at) return false;
  if (size > 0) to.push_back(Nal(from).subspan(at, size));
  at += size;
  return true;
}

std::optional<NalConfig> avc_config(Bytes const& data) {
  if (data.size() < 7 || data[0] != 1) return std::nullopt;
  NalConfig config{.length_size = (data[4] & 3) + 1, .sets = {}};
  std::size_t at = 5;
  for (int const mask : {0x1f, 0xff}) {
    if (at >= data.size()) return std::nullopt;
    for (int count = data[at++] & mask; count > 0; --count)
      if (!take(data, at, config.sets)) return std::nullopt;
  }
  return config;
}

std::optional<NalConfig> hevc_config(Bytes const& data) {
  // Old files say version 0.
  if (data.size() < 23 || data[0] > 1) return std::nullopt;
  NalConfig config{.length_size = (data[21] & 3) + 1, .sets = {}};
  std::size_t at = 23;
  for (int arrays = data[22]; arrays > 0; --arrays) {
    if (at + 3 > data.size()) return std::nullopt;
    int count = data[at + 1] << 8 | data[at + 2];
    at += 3;
    for (; count > 0; --count)
      if (!take(data, at, config.sets)) return std::nullopt;
  }
  return config;
}

}  // namespace

std::optional<NalConfig> nal_config(Codec codec, Bytes const& codec_data) {
  if (codec == Codec::h264) return avc_config(codec_data);
  if (codec == Codec::h265) return hevc_config(codec_data);
  return std::nullopt;
}

std::vector<Nal> nals(Nal unit, int length_size) {
  std::vector<Nal> found;
  auto const head = static_cast<std::size_t>(length_size);
  while (unit.size() > head) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < head; ++i) size = size << 8 | unit[i];
    unit = unit.subspan(head);
    if (size > unit.size()) break;
    if (size > 0) found.push_back(unit.first(size));
    unit = unit.subspan(size);
  }
  return found;
}

int nal_type(Codec codec, Nal nal) {
  if (nal.empty()) return -1;
  return codec == Codec::h264 ? nal[0] & 0x1f : nal[0] >> 1 & 0x3f;
}

bool is_delimiter(Codec codec, Nal nal) { return nal_type(codec, nal) == (codec == Codec::h264 ? 9 : 35); }

bool is_slice(Codec codec, Nal nal) {
  auto const type = nal_type(codec, nal);
  return codec == Codec::h264 ? type >= 1 && type <= 5 : type >= 0 && type < 32;
}

bool is_sync(Codec codec, Nal nal) {
  auto const type = nal_type(codec, nal);
  return codec == Codec::h264 ? type == 5 : type >= 16 && type <= 23;
}

std::optional<SetName> set_name(Codec codec, Nal nal) {
  auto const type = nal_type(codec, nal);
  auto const first = codec == Codec::h264 ? 7 : 32;
  auto const last = codec == Codec::h264 ? 8 : 34;
  if (type < first || type > last) return std::nullopt;
  auto const bytes = plain(nal);
  BitReader in(bytes);
  if (codec == Codec::h264) {
    in.skip(type == 7 ? 32 : 8);  // SPS: profile, constraints, level
    return SetName{type, in.ue()};
  }
  in.skip(16);
  if (type == 32) return SetName{type, in.bits(4)};
  if (type == 33) {
    in.skip(4);
    auto const sub_layers = in.bits(3);
    in.skip(1);
    skip_profile_tier_level(in, sub_layers);
  }
  return SetName{type, in.ue()};
}

}  // namespace hls
