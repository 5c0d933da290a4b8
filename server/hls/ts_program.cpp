// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ts_program.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

namespace hls {
namespace {

/// Tables come several times in a second.
constexpr std::int64_t far = 4 * 1024 * 1024;

struct StreamType {
  int type;
  Codec codec;
};
/// 2.4.4.9, and what ATSC, DVB and Blu-ray add.
constexpr std::array stream_types{
    StreamType{0x01, Codec::mpeg2}, StreamType{0x02, Codec::mpeg2}, StreamType{0x10, Codec::mpeg4},
    StreamType{0x1b, Codec::h264},  StreamType{0x24, Codec::h265},  StreamType{0xea, Codec::vc1},
    StreamType{0x03, Codec::mp2},   StreamType{0x04, Codec::mp2},   StreamType{0x0f, Codec::aac},
    StreamType{0x11, Codec::aac},   StreamType{0x81, Codec::ac3},   StreamType{0x84, Codec::eac3},
    StreamType{0x87, Codec::eac3},  StreamType{0x82, Codec::dts},   StreamType{0x83, Codec::truehd},
    StreamType{0x8a, Codec::dts},
};

/// Private data says by descriptors what it is (ETSI EN 300 468 annex D, SMPTE's registrations).
Codec private_codec(std::span<std::byte const> descriptors) {
  for (std::size_t i = 0; i + 2 <= descriptors.size(); i += 2U + u8(descriptors, i + 1)) {
    auto const tag = u8(descriptors, i);
    if (tag == 0x6a) return Codec::ac3;
    if (tag == 0x7a) return Codec::eac3;
    if (tag == 0x7b) return Codec::dts;
    if (tag != 0x05 || i + 6 > descriptors.size()) continue;
    auto const* const name = reinterpret_cast<char const*>(descriptors.data()) + i + 2;
    std::string_view const registered(name, 4);
    if (registered == "HEVC") return Codec::h265;
    if (registered == "AV01") return Codec::av1;
    if (registered == "Opus") return Codec::opus;
    if (registered == "AC-3") return Codec::ac3;
    if (registered == "EAC3") return Codec::eac3;
    if (registered.starts_with("DTS")) return Codec::dts;
  }
  return Codec::unknown;
}

/// 2.4.4.8. nullopt: this is no map of a program with pictures or sound.
std::optional<TsProgram> program_of(std::span<std::byte const> section, int map) {
  if (u8(section, 0) != 2) return std::nullopt;
  TsProgram program{-1, Codec::unknown, map, (u8(section, 8) & 0x1f) << 8 | u8(section, 9), {}};
  auto i = std::size_t{12} + static_cast<std::size_t>((u8(section, 10) & 0xf) << 8 | u8(section, 11));
  while (i + 5 + 4 <= section.size()) {
    auto const type = u8(section, i);
    auto const pid = (u8(section, i + 1) & 0x1f) << 8 | u8(section, i + 2);
    auto const size = static_cast<std::size_t>((u8(section, i + 3) & 0xf) << 8 | u8(section, i + 4));
    auto const descriptors = section.subspan(i + 5, std::min(size, section.size() - i - 5));
    auto codec = Codec::unknown;
    for (auto const& row : stream_types)
      if (row.type == type) codec = row.codec;
    if (type == 0x06) codec = private_codec(descriptors);
    if (codec != Codec::unknown) program.streams.push_back(pid << 8 | type);
    bool const first_picture = codec != Codec::unknown && kind_of(codec) == Kind::video &&
                               (program.pid < 0 || kind_of(program.codec) != Kind::video);
    if (first_picture || (codec != Codec::unknown && program.pid < 0)) {
      program.pid = pid;
      program.codec = codec;
    }
    i += 5 + size;
  }
  return program.pid < 0 ? std::nullopt : std::optional(std::move(program));
}

}  // namespace

std::optional<TsProgram> ts_program(ByteSource& source, TsStride const& stride, std::int64_t from) {
  TsReader reader(source, stride, from, from + far);
  TsSection programs;
  std::map<int, TsSection> maps;  // by PID, in the order of numbers
  std::optional<TsProgram> sound;
  while (auto const next = reader.next()) {
    auto const& packet = *next;
    if (packet.pid == 0) {
      auto const section = programs.add(packet);
      for (std::size_t i = 8; i + 4 + 4 <= section.size(); i += 4)
        if (u8(section, i) << 8 | u8(section, i + 1)) maps[(u8(section, i + 2) & 0x1f) << 8 | u8(section, i + 3)];
    } else if (auto const map = maps.find(packet.pid); map != maps.end()) {
      auto const section = map->second.add(packet);
      if (section.empty()) continue;
      auto program = program_of(section, packet.pid);
      if (program && kind_of(program->codec) == Kind::video) return program;
      if (program && !sound) sound = program;
      maps.erase(map);
      if (maps.empty() && sound) return sound;
    }
  }
  return sound;
}

std::optional<TsChange> ts_change(ByteSource& source, TsStride const& stride, TsProgram const& program,
                                  std::int64_t from, std::int64_t to) {
  TsReader reader(source, stride, from, to);
  TsSection programs, map;
  constexpr std::int64_t apart = std::int64_t{1} << 20;  // between two looks for tables: lists may lie
  std::int64_t list_at = from, map_at = from, looked_at = from - apart;
  bool listed = true;
  while (auto const packet = reader.next()) {
    if (packet->pid == program.pid && packet->start) listed = false;
    if (packet->pid == 0) {
      if (packet->start) list_at = reader.position();
      listed = true;
      auto const section = programs.add(*packet);
      bool ours = section.empty();
      for (std::size_t i = 8; i + 4 + 4 <= section.size(); i += 4)
        ours = ours || program.map == ((u8(section, i + 2) & 0x1f) << 8 | u8(section, i + 3));
      if (ours || list_at - looked_at < apart) continue;
      looked_at = list_at;
      if (auto other = ts_program(source, stride, list_at)) return TsChange{list_at, std::move(*other)};
    } else if (packet->pid == program.map) {
      if (packet->start) map_at = reader.position();
      auto const section = map.add(*packet);
      if (section.empty()) continue;
      auto other = program_of(section, program.map);
      if (other && *other != program) return TsChange{listed ? list_at : map_at, std::move(*other)};
    }
  }
  return std::nullopt;
}

std::vector<std::byte> table_packets(ByteSource& source, TsStride const& stride, std::int64_t from) {
  auto const program = ts_program(source, stride, from);
  std::vector<std::byte> tables;
  if (!program) return tables;
  TsReader reader(source, stride, from, from + far);
  TsSection list, map;
  std::vector<std::byte> packets;  // of the section that is being gathered
  bool listed = false;
  while (auto const packet = reader.next()) {
    if (packet->pid != (listed ? program->map : 0)) continue;
    auto const begin = reader.position() - stride.lead();
    if (begin < 0) continue;
    if (packet->start) packets.clear();
    auto const bytes = read_bytes(source, begin, static_cast<std::size_t>(stride.bytes));
    packets.insert(packets.end(), bytes.begin(), bytes.end());
    if ((listed ? map : list).add(*packet).empty()) continue;
    tables.insert(tables.end(), packets.begin(), packets.end());
    if (std::exchange(listed, true)) return tables;
    packets.clear();
  }
  return {};
}

}  // namespace hls
