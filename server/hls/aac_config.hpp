// SPDX-License-Identifier: LGPL-2.1-or-later
// AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1), and the ADTS headers that say the same of each frame.
#pragma once

#include "hls/film.hpp"

#include <array>
#include <optional>

namespace hls {

/// By sampling_frequency_index (1.6.3.3), in hertz.
inline constexpr std::array aac_rates{96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                      22050, 16000, 12000, 11025, 8000,  7350};

struct AacConfig {
  int object_type = 2;  ///< of the core: 2 = LC
  int rate_index = 3;   ///< of the core; 15 = none of the table
  int sample_rate = 0;  ///< of the core
  int channels = 0;     ///< channel_configuration; 0 = a program config element says it
  bool sbr = false;     ///< said explicitly
  bool ps = false;
  bool short_frames = false;  ///< 960 samples
};
/// nullopt: no such record.
[[nodiscard]] std::optional<AacConfig> aac_config(Bytes const& audio_specific_config);

/// ADTS (1.A.2.2) knows less than the record: four object types, the table's rates, channel_configuration 1 to 7.
[[nodiscard]] bool fits_adts(AacConfig const& config);
inline constexpr std::size_t adts_header = 7;
/// The most that a frame may have: a length of 13 bits, header included.
inline constexpr std::size_t adts_most = 8191 - adts_header;
/// Header of a frame of `size` bytes (without the header).
void append_adts(Bytes& to, AacConfig const& config, std::size_t size);

}  // namespace hls
