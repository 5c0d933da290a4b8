// SPDX-License-Identifier: LGPL-2.1-or-later
// WAV, and RF64 (EBU Tech 3306) for what is larger than 4 GiB.
#include "hls/container_clock.hpp"
#include "hls/cursor.hpp"
#include "hls/key_frames.hpp"
#include "hls/timeline_readers.hpp"

#include <algorithm>

namespace hls {

Timeline read_wav(ByteSource& source, bool) {
  Cursor at(source, 0, Cursor::to_end, Cursor::small);
  auto const form = at.text(4);
  at.skip(4);
  if ((form != "RIFF" && form != "RF64") || at.text(4) != "WAVE") throw damaged("This is no WAV file.");
  std::int64_t rate = 0, bytes_in_second = 0, block = 0, long_size = 0, begin = 0, size = 0;
  for (int i = 0; i < 1000 && begin == 0 && at.left() >= 8; ++i) {
    auto const name = at.text(4);
    size = at.le32();
    auto const start = at.position();
    if (name == "ds64" && size >= 16) {
      at.skip(8);
      long_size = static_cast<std::int64_t>(std::min<std::uint64_t>(at.le64(), INT64_MAX / 2));
    } else if (name == "fmt ") {
      at.skip(4);
      rate = at.le32();
      bytes_in_second = at.le32();
      block = at.le16();
    } else if (name == "data") {
      begin = start;
    }
    if (begin == 0) at.seek(start + size + (size & 1));
  }
  if (begin == 0 || rate == 0 || bytes_in_second == 0) throw damaged("The WAV file doesn't tell what it holds.");
  if (size == UINT32_MAX && long_size > 0) size = long_size;
  auto const left = source.size() - begin;
  if (size == 0 || size > left) size = left;  // written by what couldn't go back
  Timeline timeline;
  timeline.container = Container::wav;
  // Samples of one size; else it's compressed, and the rate of bytes is what there is.
  auto const plain = block > 0 && block * rate == bytes_in_second;
  timeline.end = plain ? ticks(size / block, rate) : ticks(size, bytes_in_second);
  timeline.key_frames = sound_points(Time(0), timeline.end, 1,
                                     static_cast<int>(std::min<std::int64_t>(rate, INT32_MAX / 4)), begin, size);
  return timeline;
}

}  // namespace hls
