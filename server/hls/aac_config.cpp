// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/aac_config.hpp"

#include "hls/bit_reader.hpp"
#include "hls/byte_writer.hpp"

#include <algorithm>

namespace hls {
namespace {

constexpr int sbr_type = 5, ps_type = 29;

int object_type(BitReader& in) {
  auto const type = static_cast<int>(in.bits(5));
  return type == 31 ? 32 + static_cast<int>(in.bits(6)) : type;
}

struct Frequency {
  int index;
  int hertz;
};
Frequency frequency(BitReader& in) {
  auto index = static_cast<std::size_t>(in.bits(4));
  if (index < aac_rates.size()) return {static_cast<int>(index), aac_rates[index]};
  if (index != 15) return {15, 0};
  auto const hertz = static_cast<int>(in.bits(24));
  auto const known = std::find(aac_rates.begin(), aac_rates.end(), hertz);
  return {known == aac_rates.end() ? 15 : static_cast<int>(known - aac_rates.begin()), hertz};
}

}  // namespace

std::optional<AacConfig> aac_config(Bytes const& audio_specific_config) {
  BitReader in(audio_specific_config);
  AacConfig config;
  config.object_type = object_type(in);
  auto const rate = frequency(in);
  config.rate_index = rate.index;
  config.sample_rate = rate.hertz;
  config.channels = static_cast<int>(in.bits(4));
  if (config.object_type == sbr_type || config.object_type == ps_type) {
    config.sbr = true;
    config.ps = config.object_type == ps_type;
    frequency(in);
    config.object_type = object_type(in);
  }
  if (!in.ok() || config.object_type == 0) return std::nullopt;
  if (config.object_type > 4) return config;
  // GASpecificConfig (4.4.1), up to what may tell of SBR in the compatible way (1.6.6.1).
  config.short_frames = in.flag();
  if (in.flag()) in.skip(14);
  in.flag();
  if (config.channels != 0 && !config.sbr && in.left() >= 16 && in.bits(11) == 0x2b7 && object_type(in) == sbr_type) {
    config.sbr = in.flag();
    if (config.sbr) {
      frequency(in);
      config.ps = in.left() >= 12 && in.bits(11) == 0x548 && in.flag();
    }
  }
  return config;
}

bool fits_adts(AacConfig const& config) {
  return config.object_type >= 1 && config.object_type <= 4 && config.rate_index < 13 && config.channels >= 1 &&
         config.channels <= 7 && !config.short_frames;
}

void append_adts(Bytes& to, AacConfig const& config, std::size_t size) {
  ByteWriter out(to);
  auto const whole = size + adts_header;
  auto const channels = static_cast<unsigned>(config.channels);
  out.u16(0xfff1);  // MPEG-4, no CRC
  out.u8(static_cast<unsigned>(config.object_type - 1) << 6 | static_cast<unsigned>(config.rate_index) << 2 |
         channels >> 2);
  out.u8((channels & 3) << 6 | whole >> 11);
  out.u8(whole >> 3);
  out.u8((whole & 7) << 5 | 0x1f);
  out.u8(0xfc);
}

}  // namespace hls
