// SPDX-License-Identifier: LGPL-2.1-or-later
// The pictures (or frames of sound) of a transport stream (ISO/IEC 13818-1 2.4), from any place of it on.
#pragma once

#include "hls/cursor.hpp"
#include "hls/film.hpp"

#include <functional>
#include <optional>

namespace hls {

/// How packets lie in the file: bare, behind a time code (Blu-ray), or before check bytes.
struct TsPackets {
  std::int64_t first = 0;  ///< the first packet's sync byte
  int stride = 188;        ///< 188, 192, 204
};
/// From the first 64 KiB.
[[nodiscard]] std::optional<TsPackets> ts_packets(std::span<std::byte const> head);

struct TsProgram {
  int pid = -1;  ///< of its first film track, else sound
  Codec codec = Codec::unknown;
};
/// The first program whose tables come within the first megabytes.
[[nodiscard]] std::optional<TsProgram> ts_program(ByteSource& source, TsPackets const& packets);

struct TsPicture {
  std::int64_t pts = 0;  ///< 33 bits of 90 kHz
  std::int64_t position = 0;
  bool key = false;
};
/// Those with a PTS whose packets begin in [from, to), until `visit` gives false.
void each_ts_picture(ByteSource& source, TsPackets const& packets, TsProgram const& program, std::int64_t from,
                     std::int64_t to, std::function<bool(TsPicture const&)> const& visit);

/// 2.4.3.7: the PTS in a PES header; nullopt if it has none. `bytes` begin at its start code.
[[nodiscard]] std::optional<std::int64_t> pes_pts(std::span<std::byte const> bytes);
/// Where what the PES holds begins.
[[nodiscard]] std::size_t pes_header_size(std::span<std::byte const> bytes);

}  // namespace hls
