// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/iso_boxes.hpp"

#include <algorithm>

namespace hls {

std::optional<Box> next_box(Cursor& at) {
  constexpr std::int64_t shortest = 8;
  if (at.left() < shortest) return std::nullopt;
  Box box;
  box.start = at.position();
  std::uint64_t size = at.be32();
  box.type = at.be32();
  if (size == 1) {
    if (at.left() < shortest) return std::nullopt;
    size = at.be64();
  } else if (size == 0) {
    size = static_cast<std::uint64_t>(at.end() - box.start);
  }
  box.begin = at.position();
  if (box.type == 0 || size < static_cast<std::uint64_t>(box.begin - box.start)) return std::nullopt;
  auto const room = static_cast<std::uint64_t>(at.end() - box.start);
  box.end = box.start + static_cast<std::int64_t>(std::min(size, room));
  return box;
}

int full_box(Cursor& at, std::uint32_t* flags) {
  auto const version = at.u8();
  auto const bits = at.be24();
  if (flags) *flags = bits;
  return version;
}

}  // namespace hls
