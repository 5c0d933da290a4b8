// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ts_dts.hpp"

#include "hls/ts_packets.hpp"
#include "hls/ts_pictures.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace hls {
namespace {

constexpr std::size_t packet_size = 188;
constexpr std::byte dts_by_private_type{0x8a};
constexpr std::array blu_ray_types{0x82, 0x85, 0x86};
/// Frames come every 11 ms. Splice points may not come for an hour, and each byte that is looked at is fetched.
constexpr std::int64_t far = 512 * 1024;

bool holds_dts(ByteSource& source, TsStride const& stride, int pid) {
  static constexpr std::array sync{std::byte{0x7f}, std::byte{0xfe}, std::byte{0x80}, std::byte{0x01}};
  TsReader reader(source, stride, 0, far);
  while (auto const packet = reader.next()) {
    if (packet->pid != pid || !packet->start) continue;
    if (!pes_pts(packet->payload)) return false;
    auto const begin = pes_header_size(packet->payload);
    return begin < packet->payload.size() &&
           std::ranges::equal(packet->payload.subspan(begin, std::min(sync.size(), packet->payload.size() - begin)),
                              sync);
  }
  return false;
}

/// The bytes of the program's map, wherever they lie in its packets.
std::vector<std::byte*> map_in(std::vector<std::byte>& tables, TsProgram const& program, TsStride const& stride) {
  std::vector<std::byte*> section;
  auto const step = static_cast<std::size_t>(stride.bytes);
  for (auto at = static_cast<std::size_t>(stride.lead()); at + packet_size <= tables.size(); at += step) {
    auto const u8 = [&](std::size_t i) { return std::to_integer<std::size_t>(tables[at + i]); };
    if (((u8(1) & 0x1f) << 8 | u8(2)) != static_cast<std::size_t>(program.map)) continue;
    auto begin = std::size_t{4} + (u8(3) & 0x20 ? 1 + u8(4) : 0);
    if (begin >= packet_size) continue;
    if (u8(1) & 0x40) begin += 1 + u8(begin);  // the pointer field
    for (auto i = begin; i < packet_size; ++i) section.push_back(&tables[at + i]);
  }
  if (section.size() < 3) return {};
  auto const size = (std::to_integer<std::size_t>(*section[1]) & 0xf) << 8 | std::to_integer<std::size_t>(*section[2]);
  if (section.size() < size + 3) return {};
  section.resize(size + 3);
  return section;
}

}  // namespace

void name_dts(std::vector<std::byte>& tables, TsProgram const& program, ByteSource& source, TsStride const& stride) {
  auto const section = map_in(tables, program, stride);
  constexpr std::size_t head = 12, checksum = 4;
  if (section.size() < head + checksum) return;
  auto const u8 = [&](std::size_t i) { return std::to_integer<int>(*section[i]); };
  bool changed = false;
  for (auto i = head + static_cast<std::size_t>((u8(10) & 0xf) << 8 | u8(11)); i + 5 + checksum <= section.size();
       i += std::size_t{5} + static_cast<std::size_t>((u8(i + 3) & 0xf) << 8 | u8(i + 4))) {
    if (std::ranges::find(blu_ray_types, u8(i)) == blu_ray_types.end()) continue;
    if (!holds_dts(source, stride, (u8(i + 1) & 0x1f) << 8 | u8(i + 2))) continue;
    *section[i] = dts_by_private_type;
    changed = true;
  }
  if (!changed) return;
  std::vector<std::uint8_t> bytes;
  for (auto const* byte : section) bytes.push_back(std::to_integer<std::uint8_t>(*byte));
  auto const crc = crc32_mpeg(bytes.data(), bytes.size() - checksum);
  for (std::size_t i = 0; i < checksum; ++i)
    *section[section.size() - checksum + i] = static_cast<std::byte>(crc >> (24 - 8 * i));
}

}  // namespace hls
