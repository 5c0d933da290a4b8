// SPDX-License-Identifier: LGPL-2.1-or-later
// tsdemux tells nobody what it subtracted.
#include "hls/transport_clock.hpp"

#include <array>

namespace hls {
namespace {

constexpr std::uint8_t sync = 0x47;

/// Size of packets, 0 = none: three sync bytes in a row.
std::size_t packet_size(std::span<std::uint8_t const> at) {
  for (std::size_t const size : {188U, 192U, 204U})
    if (at.size() > 2 * size && at[size] == sync && at[2 * size] == sync) return size;
  return 0;
}

std::optional<Time> clock_of(std::span<std::uint8_t const> packet) {
  bool const has_adaptation = packet[3] & 0x20;
  if (!has_adaptation || packet[4] < 7 || !(packet[5] & 0x10)) return std::nullopt;
  std::int64_t const base =
      static_cast<std::int64_t>(packet[6]) << 25 | packet[7] << 17 | packet[8] << 9 | packet[9] << 1 | packet[10] >> 7;
  std::int64_t const extension = (packet[10] & 1) << 8 | packet[11];
  return Time((base * 300 + extension) * 1000 / 27);
}

}  // namespace

std::optional<Time> first_clock_reference(std::span<std::uint8_t const> head) {
  std::size_t size = 0;
  for (std::size_t at = 0; at + 188 <= head.size();) {
    if (head[at] == sync && size == 0) size = packet_size(head.subspan(at));
    if (head[at] != sync || size == 0) {
      ++at;
      size = 0;
      continue;
    }
    if (auto const clock = clock_of(head.subspan(at, 188))) return clock;
    at += size;
  }
  return std::nullopt;
}

}  // namespace hls
