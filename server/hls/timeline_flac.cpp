// SPDX-License-Identifier: LGPL-2.1-or-later
// FLAC (RFC 9639): STREAMINFO tells the number of samples; where it doesn't, the last frame's header does.
#include "hls/container_clock.hpp"
#include "hls/cursor.hpp"
#include "hls/key_frames.hpp"
#include "hls/search.hpp"
#include "hls/sound_frames.hpp"
#include "hls/timeline_readers.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

namespace hls {
namespace {

struct StreamInformation {
  int shortest_block = 0, longest_block = 0, rate = 0;
  std::int64_t samples = 0;
};

/// 9.1: its number of blocks or samples is coded like UTF-8, and CRC-8 closes the header. Where the frame ends.
std::optional<std::int64_t> frame_end(std::span<std::byte const> bytes, StreamInformation const& stream) {
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
  return ((u8(1) & 1) ? number : number * stream.longest_block) + block;
}

}  // namespace

Timeline read_flac(ByteSource& source, bool) {
  Cursor at(source, behind_id3(source), Cursor::to_end, Cursor::small);
  if (at.text(4) != "fLaC") throw damaged("This is no FLAC file.");
  StreamInformation stream;
  bool last = false;
  for (int i = 0; i < 200 && !last && at.left() >= 4; ++i) {
    auto const type = at.u8();
    auto const size = at.be24();
    auto const begin = at.position();
    last = (type & 0x80) != 0;
    if ((type & 0x7f) == 0) {  // 8.2
      stream.shortest_block = at.be16();
      stream.longest_block = at.be16();
      at.skip(6);
      auto const packed = at.be64();
      stream.rate = static_cast<int>(packed >> 44);
      stream.samples = static_cast<std::int64_t>(packed & ((UINT64_C(1) << 36) - 1));
    }
    at.seek(begin + size);
  }
  if (stream.rate == 0) throw damaged("The FLAC file doesn't tell its sample rate.");
  if (stream.samples == 0) {
    constexpr std::int64_t far = 4 * 1024 * 1024;
    std::int64_t samples = 0;
    auto const accept = [&](std::int64_t position) {
      auto const end = frame_end(read_bytes(source, position, 20), stream);
      samples = end.value_or(0);
      return end.has_value();
    };
    auto const tail = std::max(at.position(), source.size() - far);
    for (auto const* const sync : {"\xff\xf8", "\xff\xf9"})
      if (find_last(source, tail, source.size(), sync, accept)) stream.samples = std::max(stream.samples, samples);
  }
  Timeline timeline;
  timeline.container = Container::flac;
  timeline.end = ticks(stream.samples, stream.rate);
  auto const frame = stream.shortest_block == stream.longest_block ? stream.longest_block : 1;
  timeline.key_frames =
      sound_points(Time(0), timeline.end, frame, stream.rate, at.position(), source.size() - at.position());
  return timeline;
}

}  // namespace hls
