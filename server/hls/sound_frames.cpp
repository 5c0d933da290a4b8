// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/sound_frames.hpp"

#include <array>

namespace hls {
namespace {

/// ISO/IEC 11172-3 2.4.2.3, 13818-3 2.4.2.3.
std::optional<SoundFrame> mpeg_audio(std::span<std::byte const> bytes) {
  static constexpr std::array<std::array<int, 15>, 5> kbit{{
      {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},  // MPEG 1, layer I
      {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},     // II
      {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},      // III
      {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},     // MPEG 2, I
      {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},          // II, III
  }};
  static constexpr std::array rates{44100, 48000, 32000};
  if (u8(bytes, 0) != 0xff || (u8(bytes, 1) & 0xe0) != 0xe0) return std::nullopt;
  auto const version = u8(bytes, 1) >> 3 & 3, layer = 4 - (u8(bytes, 1) >> 1 & 3);  // 3, 2, 0 = MPEG 1, 2, 2.5
  auto const rate_index = static_cast<std::size_t>(u8(bytes, 2) >> 4),
             speed = static_cast<std::size_t>(u8(bytes, 2) >> 2 & 3);
  if (version == 1 || layer == 4 || rate_index == 0 || rate_index == 15 || speed == 3) return std::nullopt;
  auto const first = version == 3;
  auto const row = first ? static_cast<std::size_t>(layer - 1) : layer == 1 ? 3U : 4U;
  auto const bits = kbit[row][rate_index] * 1000;
  SoundFrame frame;
  frame.rate = rates[speed] / (first ? 1 : version == 2 ? 2 : 4);
  auto const padding = u8(bytes, 2) >> 1 & 1;
  frame.samples = layer == 1 ? 384 : layer == 3 && !first ? 576 : 1152;
  frame.bytes = layer == 1 ? (12 * bits / frame.rate + padding) * 4 : frame.samples / 8 * bits / frame.rate + padding;
  return frame;
}

/// ISO/IEC 13818-7 6.2.
std::optional<SoundFrame> adts(std::span<std::byte const> bytes) {
  static constexpr std::array rates{96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                    22050, 16000, 12000, 11025, 8000,  7350};
  if (u8(bytes, 0) != 0xff || (u8(bytes, 1) & 0xf6) != 0xf0) return std::nullopt;
  auto const rate = static_cast<std::size_t>(u8(bytes, 2) >> 2 & 15);
  SoundFrame frame;
  frame.bytes = (u8(bytes, 3) & 3) << 11 | u8(bytes, 4) << 3 | u8(bytes, 5) >> 5;
  if (rate >= rates.size() || frame.bytes < 8) return std::nullopt;
  frame.rate = rates[rate];
  frame.samples = 1024 * (1 + (u8(bytes, 6) & 3));
  return frame;
}

/// ETSI TS 102 366 4.3, 4.4.1.4, E.1.2.
std::optional<SoundFrame> ac3(std::span<std::byte const> bytes) {
  static constexpr std::array rates{48000, 44100, 32000};
  static constexpr std::array kbit{32,  40,  48,  56,  64,  80,  96,  112, 128, 160,
                                   192, 224, 256, 320, 384, 448, 512, 576, 640};
  if (u8(bytes, 0) != 0x0b || u8(bytes, 1) != 0x77) return std::nullopt;
  auto const version = u8(bytes, 5) >> 3;
  auto const speed = static_cast<std::size_t>(u8(bytes, 4) >> 6);
  SoundFrame frame;
  if (version <= 10) {
    auto const code = u8(bytes, 4) & 0x3f;
    auto const index = static_cast<std::size_t>(code / 2);
    if (speed == 3 || index >= kbit.size()) return std::nullopt;
    frame.rate = rates[speed];
    frame.samples = 1536;
    auto const words = kbit[index] * 1000 / 8 * 1536 / 2 / frame.rate;
    frame.bytes = 2 * (words + (speed == 1 ? code & 1 : 0));
    if (version > 8) frame.rate >>= version - 8;
    return frame;
  }
  if (version > 16) return std::nullopt;
  static constexpr std::array blocks{1, 2, 3, 6};
  auto const half = static_cast<std::size_t>(u8(bytes, 4) >> 4 & 3);
  if (speed == 3 && half == 3) return std::nullopt;
  frame.rate = speed == 3 ? rates[half] / 2 : rates[speed];
  // Streams that only add to the one before are no time of their own.
  auto const dependent = (u8(bytes, 2) >> 6) == 1;
  frame.samples = dependent ? 0 : 256 * (speed == 3 ? 6 : blocks[half]);
  frame.bytes = 2 * (((u8(bytes, 2) & 7) << 8 | u8(bytes, 3)) + 1);
  return frame;
}

}  // namespace

std::optional<SoundFrame> sound_frame(Container container, std::span<std::byte const> bytes) {
  auto const frame = container == Container::mp3    ? mpeg_audio(bytes)
                     : container == Container::adts ? adts(bytes)
                     : container == Container::ac3  ? ac3(bytes)
                                                    : std::nullopt;
  return frame && frame->bytes >= 8 ? frame : std::nullopt;
}

std::int64_t behind_id3(ByteSource& source) {
  constexpr int most = 8;  // some write one before another
  std::int64_t position = 0;
  for (int i = 0; i < most; ++i) {
    auto const head = read_bytes(source, position, 10);
    if (head.size() < 10 || u8(head, 0) != 'I' || u8(head, 1) != 'D' || u8(head, 2) != '3') break;
    std::int64_t size = 0;
    for (std::size_t byte = 6; byte < 10; ++byte) size = size << 7 | (u8(head, byte) & 0x7f);
    position += 10 + size + (u8(head, 5) & 0x10 ? 10 : 0);
  }
  return position;
}

std::optional<std::int64_t> first_sound_frame(ByteSource& source, Container container, std::int64_t from) {
  auto const bytes = read_bytes(source, from, std::size_t{64} * 1024);
  for (std::size_t i = 0; i + 8 <= bytes.size(); ++i) {
    auto const frame = sound_frame(container, std::span(bytes).subspan(i));
    if (!frame) continue;
    auto const next = i + static_cast<std::size_t>(frame->bytes);
    auto const here = from + static_cast<std::int64_t>(i);
    if (from + static_cast<std::int64_t>(next) == source.size()) return here;
    if (next + 8 > bytes.size()) continue;
    auto const second = sound_frame(container, std::span(bytes).subspan(next));
    if (second && second->rate == frame->rate) return here;
  }
  return std::nullopt;
}

}  // namespace hls
