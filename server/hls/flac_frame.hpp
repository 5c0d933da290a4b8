// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames of FLAC (RFC 9639 9): each tells which samples it holds. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace hls {

/// Of STREAMINFO (8.2).
struct FlacStream {
  int shortest_block = 0, longest_block = 0, rate = 0;
  std::int64_t samples = 0;
};
/// `bytes`: what the block of that name holds.
[[nodiscard]] FlacStream flac_stream(std::span<std::byte const> bytes);

struct FlacFrame {
  std::int64_t begin = 0, end = 0;  ///< samples
};
/// The frame whose header these bytes (20 or more) are; nullopt if they are none.
[[nodiscard]] std::optional<FlacFrame> flac_frame(std::span<std::byte const> bytes, FlacStream const& stream);
/// Whether headers of frames of one stream may begin so: they differ in few bits.
[[nodiscard]] bool alike(std::span<std::byte const> a, std::span<std::byte const> b);

}  // namespace hls
