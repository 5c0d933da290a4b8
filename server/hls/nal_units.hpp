// SPDX-License-Identifier: LGPL-2.1-or-later
// NAL units of H.264 and HEVC with lengths in front, as MP4 and Matroska hold them (ISO/IEC 14496-15).
#pragma once

#include "hls/film.hpp"

#include <optional>
#include <span>
#include <vector>

namespace hls {

using Nal = std::span<std::uint8_t const>;

/// avcC (5.3.3.1) or hvcC (8.3.3.1): points into the bytes it was read from.
struct NalConfig {
  int length_size = 4;
  std::vector<Nal> sets;  ///< parameter sets and what else belongs before key frames, in order
};
/// nullopt: not such a record.
[[nodiscard]] std::optional<NalConfig> nal_config(Codec codec, Bytes const& codec_data);

/// Those of one access unit. Empty ones are left out; it ends at one that is longer than what is left.
[[nodiscard]] std::vector<Nal> nals(Nal unit, int length_size);

/// nal_unit_type; -1 of an empty one.
[[nodiscard]] int nal_type(Codec codec, Nal nal);
[[nodiscard]] bool is_delimiter(Codec codec, Nal nal);
/// A slice of a picture.
[[nodiscard]] bool is_slice(Codec codec, Nal nal);
/// Whether it starts a picture that nothing before is needed for, nor for what follows (IDR; HEVC: any IRAP).
[[nodiscard]] bool is_sync(Codec codec, Nal nal);

/// Which parameter set this is; a later one of the same name replaces it. nullopt: none.
struct SetName {
  int type = 0;
  std::uint32_t id = 0;
  friend bool operator==(SetName const&, SetName const&) = default;
};
[[nodiscard]] std::optional<SetName> set_name(Codec codec, Nal nal);

}  // namespace hls
