// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ts_pictures.hpp"

#include "hls/picture_start.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

namespace hls {
namespace {

constexpr std::uint8_t sync_byte = 0x47;
constexpr int packet_size = 188;
constexpr std::size_t enough_of_picture = 4096;

std::uint8_t u8(std::span<std::byte const> bytes, std::size_t i) {
  return i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0;
}

/// Goes from packet to packet; finds the way back where something is missing.
class PacketReader {
 public:
  PacketReader(ByteSource& source, TsPackets const& packets, std::int64_t from, std::int64_t to)
      : at_(source, from, Cursor::to_end, std::size_t{64} * 1024), packets_(packets), to_(std::min(to, source.size())) {
    auto const behind = std::max<std::int64_t>(from - packets.first, 0);
    at_.seek(packets.first + (behind + packets.stride - 1) / packets.stride * packets.stride);
  }

  /// Empty at the end. Valid until the next call.
  std::span<std::byte const> next() {
    while (at_.position() < to_) {
      auto const bytes = at_.peek(packet_size);
      if (bytes.size() < packet_size) return {};
      position_ = at_.position();
      if (u8(bytes, 0) == sync_byte) {
        at_.skip(packets_.stride);
        return bytes;
      }
      resync();
    }
    return {};
  }
  [[nodiscard]] std::int64_t position() const { return position_; }

 private:
  void resync() {
    auto const stride = static_cast<std::size_t>(packets_.stride);
    auto const bytes = at_.peek(std::size_t{64} * 1024);
    std::size_t i = 1;
    while (i < bytes.size() &&
           (u8(bytes, i) != sync_byte || (i + stride < bytes.size() && u8(bytes, i + stride) != sync_byte) ||
            (i + 2 * stride < bytes.size() && u8(bytes, i + 2 * stride) != sync_byte)))
      ++i;
    at_.skip(static_cast<std::int64_t>(std::max<std::size_t>(i, 1)));
  }

  Cursor at_;
  TsPackets packets_;
  std::int64_t to_, position_ = 0;
};

struct Packet {
  int pid = 0;
  bool start = false, random_access = false;
  std::span<std::byte const> payload;
};

Packet parse(std::span<std::byte const> bytes) {
  Packet packet;
  packet.pid = (u8(bytes, 1) & 0x1f) << 8 | u8(bytes, 2);
  packet.start = (u8(bytes, 1) & 0x40) != 0;
  auto const damaged = (u8(bytes, 1) & 0x80) != 0;
  auto const control = u8(bytes, 3) >> 4 & 3;
  std::size_t begin = 4;
  if (control & 2) {
    begin += 1 + u8(bytes, 4);
    packet.random_access = u8(bytes, 4) > 0 && (u8(bytes, 5) & 0x40) != 0;
  }
  if ((control & 1) && begin < bytes.size() && !damaged) packet.payload = bytes.subspan(begin);
  return packet;
}

/// A table's section (2.4.4), gathered over packets. Sections are 1024 bytes at most.
class Section {
 public:
  /// The section from its table_id on, once it is whole.
  std::span<std::byte const> add(Packet const& packet) {
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
    return std::span<std::byte const>(bytes_).first(size);
  }

 private:
  std::vector<std::byte> bytes_;
  bool begun_ = false;
};

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
std::optional<TsProgram> program_of(std::span<std::byte const> section) {
  if (u8(section, 0) != 2) return std::nullopt;
  std::optional<TsProgram> sound;
  auto i = std::size_t{12} + static_cast<std::size_t>((u8(section, 10) & 0xf) << 8 | u8(section, 11));
  while (i + 5 + 4 <= section.size()) {
    auto const type = u8(section, i);
    TsProgram stream{(u8(section, i + 1) & 0x1f) << 8 | u8(section, i + 2), Codec::unknown};
    auto const size = static_cast<std::size_t>((u8(section, i + 3) & 0xf) << 8 | u8(section, i + 4));
    auto const descriptors = section.subspan(i + 5, std::min(size, section.size() - i - 5));
    for (auto const& row : stream_types)
      if (row.type == type) stream.codec = row.codec;
    if (type == 0x06) stream.codec = private_codec(descriptors);
    if (stream.codec != Codec::unknown && kind_of(stream.codec) == Kind::video) return stream;
    if (stream.codec != Codec::unknown && !sound) sound = stream;
    i += 5 + size;
  }
  return sound;
}

}  // namespace

std::optional<TsPackets> ts_packets(std::span<std::byte const> head) {
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
      if (all) return TsPackets{static_cast<std::int64_t>(first), static_cast<int>(stride)};
    }
  return std::nullopt;
}

std::optional<TsProgram> ts_program(ByteSource& source, TsPackets const& packets) {
  constexpr std::int64_t far = 4 * 1024 * 1024;
  PacketReader reader(source, packets, 0, far);
  Section programs;
  std::map<int, Section> maps;  // by PID, in the order of numbers
  std::optional<TsProgram> sound;
  for (auto bytes = reader.next(); !bytes.empty(); bytes = reader.next()) {
    auto const packet = parse(bytes);
    if (packet.pid == 0) {
      auto const section = programs.add(packet);
      for (std::size_t i = 8; i + 4 + 4 <= section.size(); i += 4)
        if (u8(section, i) << 8 | u8(section, i + 1)) maps[(u8(section, i + 2) & 0x1f) << 8 | u8(section, i + 3)];
    } else if (auto const map = maps.find(packet.pid); map != maps.end()) {
      auto const section = map->second.add(packet);
      if (section.empty()) continue;
      auto const program = program_of(section);
      if (program && kind_of(program->codec) == Kind::video) return program;
      if (program && !sound) sound = program;
      maps.erase(map);
      if (maps.empty() && sound) return sound;
    }
  }
  return sound;
}

std::optional<std::int64_t> pes_pts(std::span<std::byte const> bytes) {
  if (bytes.size() < 14 || u8(bytes, 0) != 0 || u8(bytes, 1) != 0 || u8(bytes, 2) != 1) return std::nullopt;
  if ((u8(bytes, 6) & 0xc0) != 0x80 || !(u8(bytes, 7) & 0x80)) return std::nullopt;
  return static_cast<std::int64_t>(u8(bytes, 9) >> 1 & 7) << 30 | u8(bytes, 10) << 22 | (u8(bytes, 11) >> 1) << 15 |
         u8(bytes, 12) << 7 | u8(bytes, 13) >> 1;
}

std::size_t pes_header_size(std::span<std::byte const> bytes) { return std::size_t{9} + u8(bytes, 8); }

void each_ts_picture(ByteSource& source, TsPackets const& packets, TsProgram const& program, std::int64_t from,
                     std::int64_t to, std::function<bool(TsPicture const&)> const& visit) {
  PacketReader reader(source, packets, from, to);
  auto const video = kind_of(program.codec) == Kind::video;
  std::vector<std::byte> gathered;
  std::optional<TsPicture> picture;
  bool random_access = false;
  auto const finish = [&] {
    if (!picture) return true;
    auto whole = *std::exchange(picture, std::nullopt);
    auto const pts = pes_pts(gathered);
    if (!pts) return true;
    whole.pts = *pts;
    auto const begin = std::min(pes_header_size(gathered), gathered.size());
    whole.key = !video || begins_at_key(program.codec, std::span(gathered).subspan(begin)).value_or(random_access);
    return visit(whole);
  };
  for (auto bytes = reader.next(); !bytes.empty(); bytes = reader.next()) {
    auto const packet = parse(bytes);
    if (packet.pid != program.pid || packet.payload.empty()) continue;
    if (packet.start) {
      if (!finish()) return;
      picture = TsPicture{0, reader.position(), false};
      random_access = packet.random_access;
      gathered.clear();
    }
    if (!picture) continue;
    gathered.insert(gathered.end(), packet.payload.begin(), packet.payload.end());
    if (gathered.size() >= enough_of_picture && !finish()) return;
  }
  finish();
}

}  // namespace hls
