// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/flac_head.hpp"

#include "hls/cursor.hpp"
#include "hls/sound_frames.hpp"

namespace hls {

std::optional<FlacHead> flac_head(ByteSource& source) {
  constexpr std::size_t info_size = 34;
  constexpr int most_blocks = 200;
  Cursor at(source, behind_id3(source), Cursor::to_end, Cursor::small);
  if (at.left() < 4 || at.text(4) != "fLaC") return std::nullopt;
  FlacHead head;
  bool last = false;
  for (int i = 0; i < most_blocks && !last && at.left() >= 4; ++i) {
    auto const type = at.u8();
    auto const size = at.be24();
    auto const begin = at.position();
    last = (type & 0x80) != 0;
    if (auto const info = at.peek(info_size); (type & 0x7f) == 0 && info.size() == info_size) {
      head.stream = flac_stream(info);
      auto const* const first = reinterpret_cast<std::uint8_t const*>(info.data());
      head.stream_info.assign(first, first + info_size);
    }
    at.seek(begin + size);
  }
  head.frames = at.position();
  if (head.stream.rate == 0) return std::nullopt;
  return head;
}

}  // namespace hls
