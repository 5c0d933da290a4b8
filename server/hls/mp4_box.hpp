// SPDX-License-Identifier: LGPL-2.1-or-later
// Boxes of ISO/IEC 14496-12, written inside each other.
#pragma once

#include "hls/byte_writer.hpp"

namespace hls {

/// Writes a box: its size is set when `body`, which writes what is in it, is done.
template <class Body>
void box(ByteWriter& out, std::string_view type, Body body) {
  auto const start = out.position();
  out.u32(0);
  out.text(type);
  body();
  out.patch32(start, out.position() - start);
}

template <class Body>
void full_box(ByteWriter& out, std::string_view type, unsigned version, std::uint32_t flags, Body body) {
  box(out, type, [&] {
    out.u32(version << 24 | flags);
    body();
  });
}

}  // namespace hls
