// SPDX-License-Identifier: LGPL-2.1-or-later
// Tables and PES packets -> transport packets (ISO/IEC 13818-1 2.4.3).
#pragma once

#include "hls/film.hpp"

#include <map>
#include <optional>

namespace hls {

/// The packets of one segment. The continuity counter of each PID begins at 0; a PID's last PES packet is spread so
/// that its number of packets is a multiple of 16: the next segment goes on with 0 and nothing seems lost.
class TsPackets {
 public:
  /// A section with its CRC_32. `sequence`: how many segments, each with one such section, there were before.
  void section(int pid, Bytes const& section, std::uint32_t sequence);
  struct Flags {
    std::optional<std::int64_t> pcr;  ///< 90 kHz, 33 bits
    bool random_access = false;
    bool last = false;  ///< of this PID in the segment
  };
  /// At least pes_least bytes.
  void pes(int pid, Bytes const& packet, Flags flags);
  static constexpr std::size_t pes_least = 32;
  /// A packet with nothing but the clock.
  void clock(int pid, std::int64_t pcr);

  void reserve(std::size_t bytes) { out_.reserve(bytes); }
  [[nodiscard]] Bytes take() && { return std::move(out_); }

 private:
  Bytes out_;
  std::map<int, unsigned> counts_;  ///< packets with payload so far
};

/// CRC_32 of annex A.
[[nodiscard]] std::uint32_t crc32_mpeg(std::uint8_t const* bytes, std::size_t size);

}  // namespace hls
