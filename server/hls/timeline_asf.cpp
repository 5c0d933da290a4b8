// SPDX-License-Identifier: LGPL-2.1-or-later
// Windows Media (Advanced Systems Format 1.2): its index is a table of seconds and no remux path exists (hls.md 8), so
// a plain grid over the length that the header tells, or the last packet.
#include "hls/container_clock.hpp"
#include "hls/cursor.hpp"
#include "hls/timeline_readers.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace hls {
namespace {

using namespace std::string_view_literals;

constexpr auto header_guid = "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C"sv;
constexpr auto properties_guid = "\xA1\xDC\xAB\x8C\x47\xA9\xCF\x11\x8E\xE4\x00\xC0\x0C\x20\x53\x65"sv;

/// 5.2: lengths of each field by two bits; then the packet's send time in ms.
std::optional<std::int64_t> send_time(ByteSource& source, std::int64_t position) {
  Cursor at(source, position, Cursor::to_end, Cursor::small);
  constexpr std::int64_t least = 32;
  if (at.left() < least) return std::nullopt;
  auto flags = at.u8();
  if (flags & 0x80) {
    at.skip(flags & 0x0f);
    flags = at.u8();
  }
  at.skip(1);
  auto const field = [&](int bits) { at.skip(bits == 3 ? 4 : bits); };
  field(flags >> 5 & 3);
  field(flags >> 1 & 3);
  field(flags >> 3 & 3);
  return at.le32();
}

}  // namespace

Timeline read_asf(ByteSource& source, bool) {
  Cursor at(source, 0, Cursor::to_end, 4096);
  if (at.text(16) != header_guid) throw damaged("This is no Windows Media file.");
  auto const header_size = static_cast<std::int64_t>(std::min<std::uint64_t>(at.le64(), INT64_MAX / 2));
  at.skip(6);
  std::int64_t duration = 0, preroll = 0, packet = 0;
  bool found = false;
  for (int i = 0; i < 200 && at.left() >= 24 && at.position() < header_size && !found; ++i) {
    auto const start = at.position();
    auto const guid = at.text(16);
    auto const size = static_cast<std::int64_t>(std::min<std::uint64_t>(at.le64(), INT64_MAX / 2));
    if (size < 24) break;
    if (guid == properties_guid) {  // 3.2
      found = true;
      at.skip(16 + 8 + 8 + 8);
      duration = static_cast<std::int64_t>(std::min<std::uint64_t>(at.le64(), INT64_MAX / 200));
      at.skip(8);
      preroll = static_cast<std::int64_t>(std::min<std::uint64_t>(at.le64(), INT64_MAX / 20'000));
      at.skip(4);
      packet = at.le32();
    }
    at.seek(start + std::min(size, at.end() - start));
  }
  if (!found) throw damaged("The Windows Media file doesn't tell its properties.");
  Timeline timeline;
  timeline.container = Container::asf;
  timeline.precision = Timeline::Precision::coded;
  timeline.grid = std::chrono::seconds(6);
  timeline.end = ticks(duration - preroll * 10'000, 10'000'000);
  if (duration <= preroll * 10'000 && packet > 0 && header_size + 26 < source.size()) {
    // A broadcast that was recorded: 26 zeros; packets of one size follow the data object's header of 50 bytes.
    auto const first = header_size + 50;
    auto const count = (source.size() - first) / packet;
    std::optional<std::int64_t> last;
    for (std::int64_t i = count - 1; i >= 0 && i > count - 50 && !last; --i) {
      last = send_time(source, first + i * packet);
      if (last && *last > 1000 * 3600 * 100) last.reset();
    }
    timeline.end = ticks(last.value_or(0), 1000);
  }
  return timeline;
}

}  // namespace hls
