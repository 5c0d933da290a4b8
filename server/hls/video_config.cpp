// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/video_config.hpp"

#include "hls/bit_reader.hpp"
#include "hls/byte_writer.hpp"
#include "hls/caps_field.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

namespace hls {
namespace {

/// vpcC's chroma subsampling.
constexpr int yuv420 = 1, yuv422 = 2, yuv444 = 3;

/// Annex A of the VP9 bitstream's level definitions: luma samples a second and of a picture, side.
int vp9_level(Track const& track) {
  struct Level {
    int level;
    std::int64_t rate, picture;
    int side;
  };
  static constexpr std::array levels{Level{10, 829440, 36864, 512},          Level{11, 2764800, 73728, 768},
                                     Level{20, 4608000, 122880, 960},        Level{21, 9216000, 245760, 1344},
                                     Level{30, 20736000, 552960, 2048},      Level{31, 36864000, 983040, 2752},
                                     Level{40, 83558400, 2228224, 4160},     Level{41, 160432128, 2228224, 4160},
                                     Level{50, 311951360, 8912896, 8384},    Level{51, 588251136, 8912896, 8384},
                                     Level{52, 1176502272, 8912896, 8384},   Level{60, 1176502272, 35651584, 16832},
                                     Level{61, 2353004544, 35651584, 16832}, Level{62, 4706009088, 35651584, 16832}};
  auto const picture = std::int64_t{track.width} * track.height;
  auto const& rate = track.frame_rate;
  auto const fps = rate.frames > 0 && rate.seconds > 0 ? rate : Rate{30, 1};
  auto const samples = picture / fps.seconds * fps.frames;
  auto const side = std::max(track.width, track.height);
  for (auto const& level : levels)
    if (samples <= level.rate && picture <= level.picture && side <= level.side) return level.level;
  return 62;
}

VideoConfig coloured(Track const& track) {
  VideoConfig config;
  config.primaries = track.primaries;
  config.transfer = track.transfer;
  config.matrix = track.matrix;
  config.full_range = track.full_range;
  return config;
}

/// sequence_header_obu() (AV1 bitstream 5.5) up to color_config(), which is what av1C repeats.
struct SequenceHeader {
  unsigned profile = 0, level = 0, tier = 0, high_depth = 0, twelve = 0, mono = 0, x = 1, y = 1, position = 0;
};
std::optional<SequenceHeader> sequence_header(std::span<std::uint8_t const> obu) {
  BitReader in(obu);
  SequenceHeader head;
  head.profile = in.bits(3);
  in.skip(1);
  bool const reduced = in.flag();
  if (reduced) {
    head.level = in.bits(5);
  } else {
    bool model = false;
    unsigned delay_bits = 0;
    if (in.flag()) {  // timing_info
      in.skip(64);
      if (in.flag()) in.ue();
      model = in.flag();
      if (model) {
        delay_bits = in.bits(5) + 1;
        in.skip(32 + 10);
      }
    }
    bool const initial_delay = in.flag();
    auto const points = in.bits(5) + 1;
    for (unsigned i = 0; i < points; ++i) {
      in.skip(12);
      auto const level = in.bits(5);
      auto const tier = level > 7 ? in.bits(1) : 0;
      if (model && in.flag()) in.skip(2 * delay_bits + 1);
      if (initial_delay && in.flag()) in.skip(4);
      if (i == 0) head.level = level, head.tier = tier;
    }
  }
  auto const width_bits = in.bits(4) + 1, height_bits = in.bits(4) + 1;
  in.skip(width_bits + height_bits);
  if (!reduced && in.flag()) in.skip(4 + 3);  // frame ids
  in.skip(3);
  if (!reduced) {
    in.skip(4);
    bool const order_hint = in.flag();
    if (order_hint) in.skip(2);
    bool const force_screen = in.flag() || in.flag();  // "choose", else a bit: not 0 asks for more
    if (force_screen && !in.flag()) in.skip(1);
    if (order_hint) in.skip(3);
  }
  in.skip(3);
  head.high_depth = in.bits(1);
  if (head.profile == 2 && head.high_depth) head.twelve = in.bits(1);
  head.mono = head.profile == 1 ? 0 : in.bits(1);
  unsigned primaries = 2, transfer = 2, matrix = 2;
  if (in.flag()) primaries = in.bits(8), transfer = in.bits(8), matrix = in.bits(8);
  if (head.mono) return in.ok() ? std::optional(head) : std::nullopt;
  if (primaries == 1 && transfer == 13 && matrix == 0) {
    head.x = head.y = 0;
  } else {
    in.skip(1);
    if (head.profile == 1) head.x = head.y = 0;
    if (head.profile == 2) {
      head.x = head.twelve ? in.bits(1) : 1;
      head.y = head.twelve && head.x ? in.bits(1) : 0;
    }
    if (head.x && head.y) head.position = in.bits(2);
  }
  return in.ok() ? std::optional(head) : std::nullopt;
}

/// leb128 (4.10.5).
std::size_t leb128(std::span<std::uint8_t const>& bytes) {
  std::size_t value = 0;
  for (int i = 0; i < 8 && !bytes.empty(); ++i) {
    auto const byte = bytes[0];
    bytes = bytes.subspan(1);
    value |= static_cast<std::size_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) break;
  }
  return value;
}

}  // namespace

VideoConfig vp9_config(Track const& track) {
  auto config = coloured(track);
  config.level = vp9_level(track);
  config.subsampling = yuv420;
  if (auto const& data = track.codec_data; data.size() == 8) {  // vpcC; Matroska's CodecPrivate is something else
    config.profile = data[0];
    config.level = data[1];
    config.depth = data[2] >> 4;
    config.subsampling = data[2] >> 1 & 7;
    config.full_range = config.full_range || (data[2] & 1) != 0;
    if (config.primaries == 2) config.primaries = data[3];
    if (config.transfer == 2) config.transfer = data[4];
    if (config.matrix == 2) config.matrix = data[5];
    return config;
  }
  config.profile = std::atoi(caps_field(track, "profile").c_str()) & 3;
  auto const depth = std::atoi(caps_field(track, "bit-depth-luma").c_str());
  if (depth > 0 && depth <= 12) config.depth = depth;
  auto const chroma = caps_field(track, "chroma-format");
  config.subsampling = chroma == "4:4:4" ? yuv444 : chroma == "4:2:2" ? yuv422 : yuv420;
  return config;
}

Bytes vpcc(VideoConfig const& config) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(static_cast<unsigned>(config.profile));
  out.u8(static_cast<unsigned>(config.level));
  out.u8(static_cast<unsigned>(config.depth << 4 | config.subsampling << 1 | (config.full_range ? 1 : 0)));
  for (int const value : {config.primaries, config.transfer, config.matrix}) out.u8(static_cast<unsigned>(value));
  out.u16(0);
  return bytes;
}

Bytes vpcc(Track const& track, std::span<std::uint8_t const> key_frame) {
  // uncompressed_header() and color_config() of the VP9 bitstream, 6.2.
  BitReader in(key_frame);
  auto config = coloured(track);
  if (in.bits(2) != 2) return {};
  auto const low = in.bits(1);
  config.profile = static_cast<int>(in.bits(1) << 1 | low);
  if (config.profile == 3) in.skip(1);
  if (in.flag() || in.flag()) return {};  // shown again; not a key frame
  in.skip(2);
  if (in.bits(24) != 0x498342) return {};
  if (config.profile >= 2) config.depth = in.flag() ? 12 : 10;
  auto const space = in.bits(3);
  config.subsampling = yuv420;
  if (space == 7) {  // RGB
    config.full_range = true;
    config.matrix = 0;
    config.subsampling = yuv444;
  } else {
    config.full_range = in.flag();
    if ((config.profile & 1) != 0) {
      bool const half_x = in.flag(), half_y = in.flag();
      config.subsampling = half_x ? (half_y ? yuv420 : yuv422) : yuv444;
    }
    static constexpr std::array<int, 7> matrices{2, 6, 1, 6, 7, 9, 2};  // color_space -> H.273
    if (config.matrix == 2) config.matrix = matrices[space];
  }
  if (!in.ok()) return {};
  config.level = vp9_level(track);
  return vpcc(config);
}

std::optional<VideoConfig> av1_config(Track const& track) {
  auto const& data = track.codec_data;
  if (data.size() < 4 || data[0] != 0x81) return std::nullopt;
  auto config = coloured(track);
  config.profile = data[1] >> 5;
  config.level = data[1] & 31;
  config.high_tier = (data[2] & 0x80) != 0;
  config.depth = (data[2] & 0x40) == 0 ? 8 : (data[2] & 0x20) != 0 ? 12 : 10;
  config.monochrome = (data[2] & 0x10) != 0;
  auto const x = data[2] >> 3 & 1, y = data[2] >> 2 & 1;
  config.subsampling = x * 100 + y * 10 + (x && y ? data[2] & 3 : 0);
  return config;
}

Bytes av1c(std::span<std::uint8_t const> key_frame) {
  constexpr unsigned sequence_type = 1;
  while (!key_frame.empty()) {
    auto const whole = key_frame;
    auto const head = key_frame[0];
    key_frame = key_frame.subspan(std::min<std::size_t>((head & 4) != 0 ? 2 : 1, key_frame.size()));
    auto const size = (head & 2) != 0 ? leb128(key_frame) : key_frame.size();
    if (size > key_frame.size()) return {};
    if ((head >> 3 & 15) == sequence_type) {
      auto const found = sequence_header(key_frame.first(size));
      if (!found || (head & 2) == 0) return {};
      Bytes bytes{0x81, static_cast<std::uint8_t>(found->profile << 5 | found->level),
                  static_cast<std::uint8_t>(found->tier << 7 | found->high_depth << 6 | found->twelve << 5 |
                                            found->mono << 4 | found->x << 3 | found->y << 2 | found->position),
                  0};
      ByteWriter(bytes).bytes(whole.first(static_cast<std::size_t>(key_frame.data() - whole.data()) + size));
      return bytes;
    }
    key_frame = key_frame.subspan(size);
  }
  return {};
}

}  // namespace hls
