// SPDX-License-Identifier: LGPL-2.1-or-later
// Flash Video (Adobe's specification 10.1, annex E): the `keyframes` list in onMetaData, which counts in DTS: a grid.
// Or, if all of the file is here, every tag.
#include "hls/container_clock.hpp"
#include "hls/cursor.hpp"
#include "hls/key_frames.hpp"
#include "hls/timeline_readers.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

namespace hls {
namespace {

constexpr std::size_t most_entries = 1'000'000;

struct Script {
  double duration = 0;
  std::vector<double> times, positions;
};

/// AMF 0, as far as onMetaData needs it.
class ScriptReader {
 public:
  ScriptReader(Cursor& at, Script& script) : at_(at), script_(script) {}

  void read() {
    value("", 0);
    value("onMetaData", 0);
  }

 private:
  static constexpr int deepest = 8;
  static constexpr std::uint8_t number = 0, boolean = 1, string = 2, object = 3, null = 5, undefined = 6, reference = 7,
                                ecma_array = 8, object_end = 9, strict_array = 10, date = 11, long_string = 12;

  /// False where it can't be followed any further.
  bool value(std::string const& name, int depth) {
    if (depth > deepest || at_.left() < 1) return false;
    switch (at_.u8()) {
      case number: {
        auto const read = std::bit_cast<double>(at_.be64());
        if (name == "duration" && depth <= 1) script_.duration = read;
        return true;
      }
      case boolean:
        at_.skip(1);
        return true;
      case string:
        at_.skip(at_.be16());
        return true;
      case null:
      case undefined:
        return true;
      case reference:
        at_.skip(2);
        return true;
      case ecma_array:
        at_.skip(4);
        return members(depth);
      case object:
        return members(depth);
      case strict_array:
        return numbers(name, depth);
      case date:
        at_.skip(10);
        return true;
      case long_string:
        at_.skip(at_.be32());
        return true;
      default:
        return false;
    }
  }

  bool members(int depth) {
    while (at_.left() >= 3) {
      auto const name = at_.text(at_.be16());
      if (name.empty() && at_.peek(1)[0] == std::byte{object_end}) {
        at_.skip(1);
        return true;
      }
      if (!value(name, depth + 1)) return false;
    }
    return false;
  }

  bool numbers(std::string const& name, int depth) {
    auto const count = at_.be32();
    auto* const to = name == "times" ? &script_.times : name == "filepositions" ? &script_.positions : nullptr;
    for (std::uint32_t i = 0; i < count; ++i) {
      auto const first = at_.peek(1);
      if (first.empty()) return false;
      if (to && first[0] == std::byte{number} && to->size() < most_entries) {
        at_.skip(1);
        to->push_back(std::bit_cast<double>(at_.be64()));
      } else if (!value("", depth + 1)) {
        return false;
      }
    }
    return true;
  }

  Cursor& at_;
  Script& script_;
};

struct FlvTag {
  std::uint8_t type = 0;
  std::int64_t start = 0, begin = 0, end = 0;
  std::int64_t time = 0;  ///< ms
};

std::optional<FlvTag> next_tag(Cursor& at) {
  if (at.left() < 11) return std::nullopt;
  FlvTag found;
  found.start = at.position();
  found.type = at.u8() & 0x1f;
  auto const size = at.be24();
  auto const low = at.be24();
  found.time = static_cast<std::int32_t>(static_cast<std::uint32_t>(at.u8()) << 24 | low);
  at.skip(3);
  found.begin = at.position();
  found.end = std::min<std::int64_t>(found.begin + size, at.end());
  return found;
}

constexpr std::uint8_t audio_tag = 8, video_tag = 9, script_tag = 18;

struct FlvPicture {
  bool key = false;
  std::int64_t offset = 0;  ///< PTS - DTS in ms
};

/// E.4.3.1; frames with an extended header too (Enhanced RTMP). nullopt: no picture but a header, or an end.
std::optional<FlvPicture> picture_of(Cursor& at, FlvTag const& found) {
  auto const size = found.end - found.begin;
  if (size < 1) return std::nullopt;
  auto const first = at.u8();
  FlvPicture picture;
  auto const kind = first >> 4 & 7;
  if (kind == 5) return std::nullopt;  // a command
  picture.key = kind == 1;
  auto const offset = [&] {
    auto const raw = static_cast<std::int32_t>(at.be24());
    return raw & 0x800000 ? raw - 0x1000000 : raw;
  };
  if (first & 0x80) {
    auto const packet = first & 0xf;
    if (packet != 1 && packet != 3) return std::nullopt;
    auto const codec = at.be32();
    if (packet == 1 && (codec == 0x61766331 || codec == 0x68766331)) picture.offset = offset();
    return picture;
  }
  auto const codec = first & 0xf;
  if (codec == 7 || codec == 12) {
    if (size < 5 || at.u8() != 1) return std::nullopt;
    picture.offset = offset();
  }
  return picture;
}

Time milliseconds(double seconds) {
  return std::isfinite(seconds) && std::abs(seconds) < 1e8 ? Time(std::llround(seconds * 1000) * 1'000'000) : Time(0);
}

class FlvFilm {
 public:
  explicit FlvFilm(ByteSource& source) : source_(source) {
    timeline_.container = Container::flv;
    Cursor at(source, 0, Cursor::to_end, Cursor::small);
    if (at.be24() != 0x464c56) throw damaged("This is no Flash Video file.");
    at.skip(2);
    first_ = std::max<std::int64_t>(at.be32(), 9) + 4;
    read_script();
  }

  Timeline read(bool scan) {
    if (scan)
      walk();
    else if (!by_list())
      throw no_index("The Flash Video file has no list of key frames.");
    return std::move(timeline_);
  }

 private:
  /// The first script among the first tags.
  void read_script() {
    Cursor at(source_, first_, Cursor::to_end, Cursor::small);
    for (int i = 0; i < 4; ++i) {
      auto const found = next_tag(at);
      if (!found) return;
      if (found->type == script_tag) {
        Cursor script(source_, found->begin, found->end, 4096);
        try {
          ScriptReader(script, script_).read();
        } catch (Truncated const&) {  // what was read of it is good
        }
        return;
      }
      at.seek(found->end + 4);
    }
  }

  bool by_list() {
    auto const count = std::min(script_.times.size(), script_.positions.size());
    KeyFrames frames;
    Gops gops;
    for (std::size_t i = 0; i < count; ++i) {
      auto const position = script_.positions[i];
      if (!(position >= static_cast<double>(first_)) || position >= static_cast<double>(source_.size())) continue;
      frames.add(milliseconds(script_.times[i]), static_cast<std::int64_t>(position));
    }
    timeline_.key_frames = frames.take();
    // Some lists name the header before the first picture, and have the same place twice.
    if (timeline_.key_frames.size() < 2) return false;
    for (auto const& frame : timeline_.key_frames) gops.picture(frame.time, true);
    timeline_.precision = Timeline::Precision::nominal;
    timeline_.start = first_picture();
    timeline_.end = milliseconds(script_.duration);
    if (auto const told = timeline_.end; told <= timeline_.key_frames.back().time || told > longest_told)
      timeline_.end = last_picture();
    gops.picture(timeline_.end, false);
    timeline_.grid = gops.grid();
    return true;
  }

  [[nodiscard]] Time first_picture() {
    Cursor at(source_, first_, Cursor::to_end, Cursor::small);
    for (int i = 0; i < 200; ++i) {
      auto const found = next_tag(at);
      if (!found) break;
      if (found->type == video_tag)
        if (auto const picture = picture_of(at, *found); picture && picture->key)
          return ticks(found->time + picture->offset, 1000);
      at.seek(found->end + 4);
    }
    return timeline_.key_frames.front().time;
  }

  /// From the last key frame on.
  [[nodiscard]] Time last_picture() {
    auto const& last = timeline_.key_frames.back();
    std::vector<Time> times{last.time};
    Cursor at(source_, last.position, Cursor::to_end, Cursor::small);
    for (int i = 0; i < 10'000; ++i) {
      auto const found = next_tag(at);
      if (!found) break;
      if (found->type == video_tag)
        if (auto const picture = picture_of(at, *found)) times.push_back(ticks(found->time + picture->offset, 1000));
      at.seek(found->end + 4);
    }
    return *std::max_element(times.begin(), times.end()) + shortest_step(times);
  }

  void walk() {
    KeyFrames frames, sound(std::chrono::seconds(1));
    std::vector<Time> times;
    Time end{}, sound_end{};
    Cursor at(source_, first_, Cursor::to_end, Cursor::small);
    while (auto const found = next_tag(at)) {
      if (found->type == video_tag) {
        if (auto const picture = picture_of(at, *found)) {
          auto const time = ticks(found->time + picture->offset, 1000);
          end = std::max(end, time);
          if (times.size() < 1000) times.push_back(time);
          if (picture->key) frames.add(time, found->start);
        }
      } else if (found->type == audio_tag) {
        sound.add(ticks(found->time, 1000), found->start);
        sound_end = std::max(sound_end, ticks(found->time, 1000));
      }
      at.seek(found->end + 4);
    }
    auto const video = !frames.empty();
    timeline_.key_frames = video ? frames.take() : sound.take();
    if (timeline_.key_frames.empty()) return;
    timeline_.start = timeline_.key_frames.front().time;
    timeline_.end = video ? end + shortest_step(times) : sound_end + std::chrono::milliseconds(20);
  }

  static constexpr Time longest_told = std::chrono::hours(1000);
  ByteSource& source_;
  Timeline timeline_;
  Script script_;
  std::int64_t first_ = 0;
};

}  // namespace

Timeline read_flv(ByteSource& source, bool scan) { return FlvFilm(source).read(scan); }

}  // namespace hls
