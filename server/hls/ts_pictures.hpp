// SPDX-License-Identifier: LGPL-2.1-or-later
// The pictures (or frames of sound) of a transport stream (ISO/IEC 13818-1 2.4), from any place of it on.
#pragma once

#include "hls/ts_program.hpp"

#include <functional>
#include <optional>

namespace hls {

struct TsPicture {
  std::int64_t pts = 0;  ///< 33 bits of 90 kHz
  std::int64_t position = 0;
  bool key = false;
  std::uint32_t sets = 0;  ///< a sum of the sequence's parameters, where it comes with them; 0 = it doesn't
};
/// Those with a PTS whose packets begin in [from, to), until `visit` gives false.
void each_ts_picture(ByteSource& source, TsStride const& stride, TsProgram const& program, std::int64_t from,
                     std::int64_t to, std::function<bool(TsPicture const&)> const& visit);

/// 2.4.3.7: the PTS in a PES header; nullopt if it has none. `bytes` begin at its start code.
[[nodiscard]] std::optional<std::int64_t> pes_pts(std::span<std::byte const> bytes);
/// Where what such a packet holds begins.
[[nodiscard]] std::size_t pes_header_size(std::span<std::byte const> bytes);

}  // namespace hls
