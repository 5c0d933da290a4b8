// SPDX-License-Identifier: LGPL-2.1-or-later
// GStreamer's parsers know these numbers and keep them: durations in nanoseconds are too coarse for a grid of samples.
#include "hls/frame_samples.hpp"

#include <array>

namespace hls {
namespace {

using Frame = std::span<std::uint8_t const>;

/// ISO/IEC 14496-3 1.6.2.1, 1.6.3.4: rate of the core and length of its frames, from AudioSpecificConfig.
int aac(Track const& track) {
  static constexpr std::array rates{96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                    22050, 16000, 12000, 11025, 8000,  7350};
  auto const& config = track.codec_data;
  std::size_t at = 0;
  auto const bits = [&](int count) {
    std::uint32_t value = 0;
    for (; count > 0; --count, ++at) {
      auto const byte = at / 8 < config.size() ? config[at / 8] : 0U;
      value = value << 1 | (byte >> (7 - at % 8) & 1U);
    }
    return value;
  };
  auto const object_type = [&] {
    auto const type = bits(5);
    return type == 31 ? 32 + bits(6) : type;
  };
  auto const rate = [&] {
    auto const index = bits(4);
    if (index == 15) return static_cast<int>(bits(24));
    return index < rates.size() ? rates[index] : 0;
  };
  if (config.size() < 2) return 1024;
  auto type = object_type();
  int const core = rate();
  bits(4);
  if (type == 5 || type == 29) {  // SBR, PS: told in front of the core
    rate();
    type = object_type();
  }
  bool const general = type <= 7 || (type >= 17 && type <= 23);
  std::int64_t const samples = general && bits(1) ? 960 : 1024;
  if (core <= 0 || track.sample_rate <= 0) return static_cast<int>(samples);
  return static_cast<int>(samples * track.sample_rate / core);
}

/// ISO/IEC 11172-3 2.4.2.3, 13818-3: 384, 1152, or half of it at low rates in layer III.
int mpeg(Frame frame) {
  if (frame.size() < 4 || frame[0] != 0xff) return 0;
  int const version = frame[1] >> 3 & 3;  // 3 = MPEG-1
  int const layer = frame[1] >> 1 & 3;    // 1 = III, 2 = II, 3 = I
  if (layer == 3) return 384;
  return layer == 1 && version != 3 ? 576 : 1152;
}

/// ETSI TS 102 366 E.2.3.1.4: numblkscod.
int eac3(Frame frame) {
  if (frame.size() < 6) return 0;
  static constexpr std::array blocks{1, 2, 3, 6};
  bool const reduced_rate = frame[4] >> 6 == 3;
  return 256 * (reduced_rate ? 6 : blocks[frame[4] >> 4 & 3]);
}

/// ETSI TS 102 114 5.3.1: NBLKS, in a core of 16 bits, big endian, as containers hold it.
int dts(Frame frame) {
  if (frame.size() < 8 || frame[0] != 0x7f || frame[1] != 0xfe) return 512;
  return 32 * (((frame[4] & 1) << 6 | frame[5] >> 2) + 1);
}

/// RFC 6716 3.1.
int opus(Frame frame) {
  if (frame.empty()) return 0;
  int const config = frame[0] >> 3;
  static constexpr std::array silk{480, 960, 1920, 2880};
  int const each = config < 12 ? silk[config & 3] : config < 16 ? 480 << (config & 1) : 120 << (config & 3);
  int const code = frame[0] & 3;
  int const count = code == 0 ? 1 : code < 3 ? 2 : frame.size() > 1 ? frame[1] & 63 : 0;
  return count * each <= 5760 ? count * each : 0;
}

/// RFC 9639 8.2: STREAMINFO tells both sizes of blocks, after "fLaC" and a header of four bytes.
int flac(Bytes const& info) {
  if (info.size() < 12) return 0;
  int const least = info[8] << 8 | info[9];
  int const most = info[10] << 8 | info[11];
  return least == most ? most : 0;
}

}  // namespace

int samples_in(Track const& track, Frame frame) {
  switch (track.codec) {
    case Codec::aac:
      return aac(track);
    case Codec::mp3:
    case Codec::mp2:
      return mpeg(frame);
    case Codec::ac3:
      return 1536;
    case Codec::eac3:
      return eac3(frame);
    case Codec::dts:
      return dts(frame);
    case Codec::truehd:
      return 40 * (track.sample_rate >= 176400 ? 4 : track.sample_rate >= 88200 ? 2 : 1);
    case Codec::opus:
      return opus(frame);
    case Codec::flac:
      return flac(track.codec_data);
    default:
      return 0;
  }
}

}  // namespace hls
