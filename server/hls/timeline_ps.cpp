// SPDX-License-Identifier: LGPL-2.1-or-later
// MPEG program streams (ISO/IEC 13818-1 2.5; 11172-1): no remux path (hls.md 8), so a plain grid from the first PTS to
// the last one.
#include "hls/container_clock.hpp"
#include "hls/cursor.hpp"
#include "hls/key_frames.hpp"
#include "hls/timeline_readers.hpp"
#include "hls/ts_pictures.hpp"

#include <algorithm>
#include <functional>
#include <optional>

namespace hls {
namespace {

constexpr std::int64_t clock = 90'000;
constexpr std::int64_t wrap = INT64_C(1) << 33;

/// 11172-1 2.4.3.3: stuffing, buffer size, then the time.
std::optional<std::int64_t> mpeg1_pts(std::span<std::byte const> bytes) {
  auto const u8 = [&](std::size_t i) { return i < bytes.size() ? static_cast<std::int64_t>(bytes[i]) : 0; };
  std::size_t i = 6;
  while (i < 22 && u8(i) == 0xff) ++i;
  if ((u8(i) & 0xc0) == 0x40) i += 2;
  if ((u8(i) & 0xe0) != 0x20 || i + 5 > bytes.size()) return std::nullopt;
  return (u8(i) >> 1 & 7) << 30 | u8(i + 1) << 22 | (u8(i + 2) >> 1) << 15 | u8(i + 3) << 7 | u8(i + 4) >> 1;
}

bool of_video(int id) { return (id & 0xf0) == 0xe0; }
bool of_sound(int id) { return (id & 0xe0) == 0xc0 || id == 0xbd; }

/// PTS of the pictures (or of the sound) in a stretch, with where they are.
struct Times {
  std::vector<std::int64_t> video, sound;
  std::int64_t video_bytes = 0, sound_bytes = 0;  ///< of the stretch, up to the last
};

Times times_in(ByteSource& source, std::int64_t from, std::int64_t to) {
  Times times;
  Cursor at(source, from, to, std::size_t{64} * 1024);
  while (at.left() >= 16) {
    auto const bytes = at.peek(32);
    if (bytes.size() < 16) break;
    auto const u8 = [&](std::size_t i) { return static_cast<int>(bytes[i]); };
    if (u8(0) != 0 || u8(1) != 0 || u8(2) != 1) {
      at.skip(u8(1) == 0 || u8(2) == 0 || u8(1) == 1 ? 1 : 3);
      continue;
    }
    auto const id = u8(3);
    if (of_video(id) || of_sound(id)) {
      auto pts = pes_pts(bytes);
      if (!pts && (u8(6) & 0xc0) != 0x80) pts = mpeg1_pts(bytes);
      auto& list = of_video(id) ? times.video : times.sound;
      if (pts) {
        list.push_back(*pts);
        (of_video(id) ? times.video_bytes : times.sound_bytes) = at.position() - from;
      }
      at.skip(6 + (u8(4) << 8 | u8(5)));
    } else {
      at.skip(4);
    }
  }
  return times;
}

}  // namespace

Timeline read_mpeg_ps(ByteSource& source, bool) {
  constexpr std::int64_t stretch = 1024 * 1024;
  Timeline timeline;
  timeline.container = Container::mpeg_ps;
  timeline.precision = Timeline::Precision::coded;
  timeline.grid = std::chrono::seconds(6);
  auto const size = source.size();
  auto const head = times_in(source, 0, std::min(stretch, size));
  auto const tail = times_in(source, std::max<std::int64_t>(size - stretch, 0), size);
  auto const video = !head.video.empty();
  auto const& first = video ? head.video : head.sound;
  auto const& last = video ? tail.video : tail.sound;
  if (first.empty()) throw damaged("There are no time stamps at the begin of this MPEG program stream.");
  auto const start = *std::min_element(first.begin(), first.end());
  auto const span = *std::max_element(first.begin(), first.end()) - start;
  auto const bytes = std::max<std::int64_t>(video ? head.video_bytes : head.sound_bytes, 1);
  auto const guess = static_cast<double>(span) * static_cast<double>(size) / static_cast<double>(bytes);
  auto length = static_cast<std::int64_t>(guess);
  if (!last.empty()) {
    auto const end = *std::max_element(last.begin(), last.end());
    auto const told = ((end - start) % wrap + wrap) % wrap;
    // Discs set their clock anew at each title: then its end tells nothing.
    if (static_cast<double>(told) < 10 * guess + 60 * clock && 10 * static_cast<double>(told) + 60 * clock > guess)
      length = told;
  }
  std::vector<Time> times;
  for (auto const pts : first) times.push_back(ticks(pts, clock));
  timeline.start = ticks(start, clock);
  timeline.end = ticks(start + length, clock) + std::min<Time>(shortest_step(times), std::chrono::milliseconds(50));
  return timeline;
}

}  // namespace hls
