// SPDX-License-Identifier: LGPL-2.1-or-later
// FLAC (RFC 9639): STREAMINFO tells the number of samples; where it doesn't, the last frame's header does.
#include "hls/container_clock.hpp"
#include "hls/cursor.hpp"
#include "hls/flac_head.hpp"
#include "hls/key_frames.hpp"
#include "hls/search.hpp"
#include "hls/timeline_readers.hpp"

#include <algorithm>

namespace hls {

Timeline read_flac(ByteSource& source, bool) {
  auto const head = flac_head(source);
  if (!head) throw damaged("This is no FLAC file, or it doesn't tell its sample rate.");
  auto stream = head->stream;
  if (stream.samples == 0) {
    constexpr std::int64_t far = 4 * 1024 * 1024;
    std::int64_t samples = 0;
    auto const accept = [&](std::int64_t position) {
      auto const frame = flac_frame(read_bytes(source, position, 20), stream);
      samples = frame ? frame->end : 0;
      return frame.has_value();
    };
    auto const tail = std::max(head->frames, source.size() - far);
    for (auto const* const sync : {"\xff\xf8", "\xff\xf9"})
      if (find_last(source, tail, source.size(), sync, accept)) stream.samples = std::max(stream.samples, samples);
  }
  Timeline timeline;
  timeline.container = Container::flac;
  timeline.end = ticks(stream.samples, stream.rate);
  auto const frame = stream.shortest_block == stream.longest_block ? stream.longest_block : 1;
  timeline.key_frames =
      sound_points(Time(0), timeline.end, frame, stream.rate, head->frames, source.size() - head->frames);
  return timeline;
}

}  // namespace hls
