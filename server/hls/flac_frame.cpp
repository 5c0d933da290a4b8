// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/flac_frame.hpp"

#include <bit>

namespace hls {

FlacStream flac_stream(std::span<std::byte const> bytes) {
  auto const u8 = [&](std::size_t i) { return i < bytes.size() ? static_cast<std::int64_t>(bytes[i]) : 0; };
  FlacStream stream;
  stream.shortest_block = static_cast<int>(u8(0) << 8 | u8(1));
  stream.longest_block = static_cast<int>(u8(2) << 8 | u8(3));
  stream.rate = static_cast<int>(u8(10) << 12 | u8(11) << 4 | u8(12) >> 4);
  stream.samples = (u8(13) & 15) << 32 | u8(14) << 24 | u8(15) << 16 | u8(16) << 8 | u8(17);
  return stream;
}

/// 9.1: its number of blocks or samples is coded like UTF-8, and CRC-8 closes the header.
std::optional<FlacFrame> flac_frame(std::span<std::byte const> bytes, FlacStream const& stream) {
  auto const u8 = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned>(bytes[i]) : 0U; };
  if (u8(0) != 0xff || (u8(1) & 0xfe) != 0xf8) return std::nullopt;
  auto const size_code = u8(2) >> 4, rate_code = u8(2) & 15;
  if (size_code == 0 || rate_code == 15) return std::nullopt;
  std::size_t i = 4;
  auto const ones = std::countl_one(static_cast<std::uint8_t>(u8(i)));
  if (ones == 1 || ones > 7) return std::nullopt;
  auto number = static_cast<std::int64_t>(ones == 0 ? u8(i) : u8(i) & (0x7fU >> ones));
  ++i;
  for (int k = 1; k < ones; ++k) number = number << 6 | (u8(i++) & 0x3f);
  std::int64_t block = size_code == 1 ? 192 : size_code <= 5 ? 144 << size_code : 1 << size_code;
  if (size_code == 6) block = u8(i++) + 1;
  if (size_code == 7) {
    block = (u8(i) << 8 | u8(i + 1)) + 1;
    i += 2;
  }
  i += rate_code == 12 ? 1 : rate_code > 12 ? 2 : 0;
  if (i >= bytes.size()) return std::nullopt;
  unsigned crc = 0;
  for (std::size_t k = 0; k < i; ++k) {
    crc ^= u8(k);
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1 ^ (crc & 0x80 ? 0x07U : 0U)) & 0xff;
  }
  if (crc != u8(i)) return std::nullopt;
  auto const begin = (u8(1) & 1) ? number : number * stream.longest_block;
  return FlacFrame{begin, begin + block};
}

bool alike(std::span<std::byte const> a, std::span<std::byte const> b) {
  auto const u8 = [](std::span<std::byte const> bytes, std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned>(bytes[i]) : 0x100U;
  };
  // Strategy, rate and depth are one stream's; how channels go together, and the last block's size, may vary.
  return u8(a, 0) == u8(b, 0) && u8(a, 1) == u8(b, 1) && (u8(a, 2) & 15) == (u8(b, 2) & 15) &&
         (u8(a, 3) & 15) == (u8(b, 3) & 15);
}

}  // namespace hls
