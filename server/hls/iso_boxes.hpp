// SPDX-License-Identifier: LGPL-2.1-or-later
// Boxes of ISO media files (ISO/IEC 14496-12 4.2), QuickTime's atoms alike.
#pragma once

#include "hls/cursor.hpp"

#include <optional>

namespace hls {

struct Box {
  std::uint32_t type = 0;
  std::int64_t start = 0;           ///< of its header
  std::int64_t begin = 0, end = 0;  ///< of what it holds; never beyond what it lies in
  explicit operator bool() const { return type != 0; }
};

[[nodiscard]] constexpr std::uint32_t fourcc(char const (&text)[5]) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(text[i]);
  return value;
}

/// The box at the cursor, which goes behind its header; nullopt at the end, and where there is none.
[[nodiscard]] std::optional<Box> next_box(Cursor& at);

/// Calls `visit` with each box of a stretch until it gives false; headers only are read.
template <class Visit>
void each_box(ByteSource& source, std::int64_t begin, std::int64_t end, Visit&& visit) {
  constexpr int most = 100'000;
  Cursor at(source, begin, end, Cursor::small);
  for (int i = 0; i < most; ++i) {
    auto const box = next_box(at);
    if (!box || !visit(*box)) return;
    at.seek(box->end);
  }
}
template <class Visit>
void each_box(ByteSource& source, Box const& inside, Visit&& visit) {
  each_box(source, inside.begin, inside.end, std::forward<Visit>(visit));
}

/// Goes behind version and flags; the version.
int full_box(Cursor& at, std::uint32_t* flags = nullptr);

}  // namespace hls
