// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ts_reader.hpp"

#include "hls/ts_packets.hpp"

#include <algorithm>

namespace hls {
namespace {

constexpr std::uint8_t sync_byte = 0x47;
constexpr int packet_size = 188;

/// 2.4.3.5
std::int64_t clock_reference(std::span<std::byte const> bytes) {
  std::int64_t const base = static_cast<std::int64_t>(u8(bytes, 0)) << 25 | u8(bytes, 1) << 17 | u8(bytes, 2) << 9 |
                            u8(bytes, 3) << 1 | u8(bytes, 4) >> 7;
  return base * 300 + ((u8(bytes, 4) & 1) << 8 | u8(bytes, 5));
}

TsPacket parse(std::span<std::byte const> bytes) {
  TsPacket packet;
  packet.pid = (u8(bytes, 1) & 0x1f) << 8 | u8(bytes, 2);
  packet.start = (u8(bytes, 1) & 0x40) != 0;
  auto const damaged = (u8(bytes, 1) & 0x80) != 0;
  auto const control = u8(bytes, 3) >> 4 & 3;
  std::size_t begin = 4;
  if (control & 2) {
    begin += 1 + u8(bytes, 4);
    packet.random_access = u8(bytes, 4) > 0 && (u8(bytes, 5) & 0x40) != 0;
    if (u8(bytes, 4) >= 7 && (u8(bytes, 5) & 0x10) != 0 && !damaged) packet.clock = clock_reference(bytes.subspan(6));
  }
  if ((control & 1) && begin < bytes.size() && !damaged) packet.payload = bytes.subspan(begin);
  return packet;
}

}  // namespace

TsReader::TsReader(ByteSource& source, TsStride const& stride, std::int64_t from, std::int64_t to, std::size_t window)
    : at_(source, from, Cursor::to_end, window), stride_(stride), to_(std::min(to, source.size())) {
  auto const behind = std::max<std::int64_t>(from - stride.first, 0);
  at_.seek(stride.first + (behind + stride.bytes - 1) / stride.bytes * stride.bytes);
}

std::optional<TsPacket> TsReader::next() {
  while (at_.position() < to_) {
    auto const bytes = at_.peek(packet_size);
    if (bytes.size() < packet_size) return std::nullopt;
    position_ = at_.position();
    if (u8(bytes, 0) == sync_byte) {
      at_.skip(stride_.bytes);
      return parse(bytes);
    }
    resync();
  }
  return std::nullopt;
}

void TsReader::resync() {
  auto const stride = static_cast<std::size_t>(stride_.bytes);
  auto const bytes = at_.peek(std::size_t{64} * 1024);
  std::size_t i = 1;
  while (i < bytes.size() &&
         (u8(bytes, i) != sync_byte || (i + stride < bytes.size() && u8(bytes, i + stride) != sync_byte) ||
          (i + 2 * stride < bytes.size() && u8(bytes, i + 2 * stride) != sync_byte)))
    ++i;
  at_.skip(static_cast<std::int64_t>(std::max<std::size_t>(i, 1)));
}

std::optional<TsStride> ts_stride(std::span<std::byte const> head) {
  constexpr std::size_t least = 5;
  constexpr std::size_t most_junk = 4096;
  for (std::size_t first = 0; first < std::min(head.size(), most_junk); ++first)
    for (auto const stride : {188U, 192U, 204U}) {
      // A short file may have fewer packets than that.
      auto const count =
          std::min(least, (head.size() - first) / stride + ((head.size() - first) % stride >= packet_size));
      if (count < 2) continue;
      bool all = true;
      for (std::size_t i = 0; i < count; ++i) all = all && u8(head, first + i * stride) == sync_byte;
      if (all) return TsStride{static_cast<std::int64_t>(first), static_cast<int>(stride)};
    }
  return std::nullopt;
}

std::span<std::byte const> TsSection::add(TsPacket const& packet) {
  auto payload = packet.payload;
  if (packet.start) {
    auto const pointer = static_cast<std::size_t>(u8(payload, 0)) + 1;
    payload = payload.subspan(std::min(pointer, payload.size()));
    bytes_.clear();
    begun_ = true;
  }
  if (!begun_) return {};
  bytes_.insert(bytes_.end(), payload.begin(), payload.end());
  if (bytes_.size() < 3) return {};
  auto const size = static_cast<std::size_t>((u8(bytes_, 1) & 0xf) << 8 | u8(bytes_, 2)) + 3;
  if (bytes_.size() < size) return {};
  begun_ = false;
  auto const section = std::span<std::byte const>(bytes_).first(size);
  // 2.4.4.3: over a section with its own checksum, it is 0.
  return crc32_mpeg(reinterpret_cast<std::uint8_t const*>(section.data()), size) == 0 ? section
                                                                                      : std::span<std::byte const>();
}

}  // namespace hls
