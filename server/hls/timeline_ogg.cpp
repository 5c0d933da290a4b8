// SPDX-License-Identifier: LGPL-2.1-or-later
// Ogg (RFC 3533): the last page's granule position is the length. Theora has no remux path: a plain grid.
#include "hls/container_clock.hpp"
#include "hls/cursor.hpp"
#include "hls/key_frames.hpp"
#include "hls/search.hpp"
#include "hls/timeline_readers.hpp"

#include <algorithm>
#include <optional>

namespace hls {
namespace {

struct Page {
  bool begins = false;
  std::int64_t granule = -1;
  std::uint32_t serial = 0;
  std::int64_t begin = 0, end = 0;  ///< of what it holds
};

std::optional<Page> page_at(ByteSource& source, std::int64_t position) {
  Cursor at(source, position, Cursor::to_end, 512);
  if (at.left() < 27 || at.text(4) != "OggS" || at.u8() != 0) return std::nullopt;
  Page page;
  page.begins = (at.u8() & 2) != 0;
  page.granule = static_cast<std::int64_t>(at.le64());
  page.serial = at.le32();
  at.skip(8);
  auto const segments = at.u8();
  if (at.left() < segments) return std::nullopt;
  std::int64_t size = 0;
  for (int i = 0; i < segments; ++i) size += at.u8();
  page.begin = at.position();
  page.end = page.begin + size;
  return page;
}

/// A stream by its first packet: how granules count.
struct Stream {
  std::uint32_t serial = 0;
  bool video = false;
  std::int64_t rate = 0, scale = 1;
  std::int64_t skipped = 0;  ///< Opus: decoded, but not heard
  int shift = 0;             ///< Theora: key frame's number above, frames since below

  [[nodiscard]] Time time_of(std::int64_t granule) const {
    auto const frames = shift ? (granule >> shift) + (granule & ((INT64_C(1) << shift) - 1)) : granule - skipped;
    return ticks(std::max<std::int64_t>(frames, 0), rate, scale);
  }
};

std::optional<Stream> stream_of(ByteSource& source, Page const& page) {
  Stream stream;
  stream.serial = page.serial;
  Cursor at(source, page.begin, page.end, Cursor::small);
  auto const bytes = at.peek(48);
  std::string_view const text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
  auto const starts = [&](std::string_view with) { return text.starts_with(with) && bytes.size() >= 28; };
  if (text.starts_with("OpusHead") && bytes.size() >= 19) {  // RFC 7845 5.1
    at.skip(10);
    stream.skipped = at.le16();
    stream.rate = 48000;
  } else if (starts("\x01vorbis")) {  // Vorbis I 4.2.2
    at.skip(12);
    stream.rate = at.le32();
  } else if (starts("\x7f"
                    "FLAC")) {  // RFC 9639 10.1
    at.skip(13 + 4 + 10);
    stream.rate = at.be24() >> 4;
  } else if (starts("Speex   ")) {
    at.skip(36);
    stream.rate = at.le32();
  } else if (starts("\x80theora") && bytes.size() >= 42) {  // Theora 6.2
    at.skip(22);
    stream.rate = at.be32();
    stream.scale = std::max<std::int64_t>(at.be32(), 1);
    at.skip(10);
    stream.shift = static_cast<int>(at.be16() >> 5 & 31);
    stream.video = true;
  }
  if (stream.rate <= 0) return std::nullopt;
  return stream;
}

}  // namespace

Timeline read_ogg(ByteSource& source, bool) {
  std::optional<Stream> stream;
  std::int64_t position = 0;
  for (int i = 0; i < 100; ++i) {  // all streams begin before any goes on
    auto const page = page_at(source, position);
    if (!page || !page->begins) break;
    auto const found = stream_of(source, *page);
    if (found && (!stream || (found->video && !stream->video))) stream = found;
    position = page->end;
  }
  if (!stream) throw damaged("There is neither a picture nor sound that is known in this Ogg file.");
  constexpr std::int64_t near = 2 * 1024 * 1024;
  std::int64_t granule = -1;
  auto const ours = [&](std::int64_t at) {
    auto const page = page_at(source, at);
    if (!page || page->serial != stream->serial || page->granule < 0) return false;
    granule = page->granule;
    return true;
  };
  auto const size = source.size();
  if (!find_last(source, std::max<std::int64_t>(0, size - near), size, "OggS", ours))
    throw no_index("The Ogg file holds several pieces one after the other.");
  Timeline timeline;
  timeline.container = Container::ogg;
  timeline.end = stream->time_of(granule);
  if (stream->video) {
    timeline.precision = Timeline::Precision::coded;
    timeline.grid = std::chrono::seconds(6);
  } else {
    timeline.key_frames =
        sound_points(Time(0), timeline.end, 1, static_cast<int>(std::min<std::int64_t>(stream->rate, INT32_MAX / 4)),
                     position, size - position);
  }
  return timeline;
}

}  // namespace hls
