// SPDX-License-Identifier: LGPL-2.1-or-later
// AVI: idx1 (AVIMAINHEADER's own index), or OpenDML's indx. There are no time stamps in it: the n-th chunk of a stream
// is its n-th frame.
#include "hls/container_clock.hpp"
#include "hls/cursor.hpp"
#include "hls/key_frames.hpp"
#include "hls/timeline_readers.hpp"

#include <algorithm>
#include <optional>

namespace hls {
namespace {

constexpr std::int64_t longest = INT64_C(1) << 60;
constexpr std::int64_t most_frames = 20'000'000;

constexpr std::uint32_t tag(char const (&text)[5]) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<std::uint8_t>(text[i]);
  return value;
}

struct Chunk {
  std::uint32_t id = 0, list = 0;  ///< list: its kind, if it is one
  std::int64_t start = 0, begin = 0, end = 0;
};

std::optional<Chunk> next_chunk(Cursor& at) {
  if (at.left() < 8) return std::nullopt;
  Chunk chunk;
  chunk.start = at.position();
  chunk.id = at.le32();
  auto const size = static_cast<std::int64_t>(at.le32());
  chunk.begin = at.position();
  chunk.end = std::min(chunk.begin + size, at.end());
  if (chunk.id == tag("RIFF") || chunk.id == tag("LIST")) {
    if (at.left() < 4) return std::nullopt;
    chunk.list = at.le32();
    chunk.begin += 4;
  }
  return chunk;
}

struct AviStream {
  std::uint32_t kind = 0, scale = 0, rate = 0, start = 0, length = 0, sample = 0;
  int number = 0;
  Chunk index;  ///< indx
};

class AviFilm {
 public:
  explicit AviFilm(ByteSource& source) : source_(source) {}

  Timeline read(bool scan) {
    read_structure();
    choose();
    timeline_.container = Container::avi;
    frames_ = KeyFrames(video_ ? Time(0) : std::chrono::seconds(1));
    if (!by_super_index() && !by_index()) {
      if (!scan) throw no_index("The AVI file has no index: it may not have been written to its end.");
      walk();
    }
    timeline_.key_frames = frames_.take();
    if (!timeline_.key_frames.empty()) timeline_.start = timeline_.key_frames.front().time;
    timeline_.end = time_of(count_);
    return std::move(timeline_);
  }

 private:
  void read_structure() {
    Cursor at(source_, 0, Cursor::to_end, Cursor::small);
    auto const riff = next_chunk(at);
    if (!riff || riff->id != tag("RIFF")) throw damaged("This is no AVI file.");
    constexpr int most_chunks = 1000;
    for (int i = 0; i < most_chunks; ++i) {
      auto const chunk = next_chunk(at);
      if (!chunk) break;
      if (chunk->list == tag("hdrl")) read_header_list(*chunk);
      if (chunk->list == tag("movi") && !movi_.list) movi_ = *chunk;
      if (chunk->id == tag("idx1")) {
        index_ = *chunk;
        break;
      }
      if (chunk->list == tag("movi") && chunk->end == chunk->begin) break;  // never finished
      at.seek(chunk->end + (chunk->end & 1));
    }
    if (!movi_.list) throw damaged("There is nothing to play in this AVI file.");
  }

  void read_header_list(Chunk const& list) {
    Cursor at(source_, list.begin, list.end, Cursor::small);
    while (auto const chunk = next_chunk(at)) {
      if (chunk->list == tag("strl") && streams_.size() < 100) read_stream(*chunk);
      at.seek(chunk->end + (chunk->end & 1));
    }
  }

  void read_stream(Chunk const& list) {
    AviStream stream;
    stream.number = static_cast<int>(streams_.size());
    Cursor at(source_, list.begin, list.end, Cursor::small);
    while (auto const chunk = next_chunk(at)) {
      if (chunk->id == tag("strh")) {
        stream.kind = at.le32();
        at.skip(16);
        stream.scale = at.le32();
        stream.rate = at.le32();
        stream.start = at.le32();
        stream.length = at.le32();
        at.skip(8);
        stream.sample = at.left() >= 4 ? at.le32() : 0;
      }
      if (chunk->id == tag("indx")) stream.index = *chunk;
      at.seek(chunk->end + (chunk->end & 1));
    }
    streams_.push_back(stream);
  }

  void choose() {
    for (auto const kind : {tag("vids"), tag("auds")})
      for (auto const& stream : streams_)
        if (!stream_.rate && stream.kind == kind && stream.rate && stream.scale) stream_ = stream;
    if (!stream_.rate) throw damaged("There is neither a picture nor sound in this AVI file.");
    video_ = stream_.kind == tag("vids");
  }

  /// Sound of a constant rate counts in samples: its chunks hold any number of them.
  [[nodiscard]] Time time_of(std::int64_t count) const {
    return ticks(count + stream_.start, stream_.rate, stream_.scale);
  }
  void add(std::int64_t position, std::int64_t size, bool key) {
    if (key && position < source_.size()) frames_.add(time_of(count_), position);
    auto const step = video_ || !stream_.sample ? 1 : size / stream_.sample;
    count_ = std::min(count_ + step, longest / UINT32_MAX);
  }

  /// "00dc", "00db", "01wb": two digits for the stream.
  [[nodiscard]] bool ours(std::uint32_t id) const {
    auto const tens = static_cast<int>(id & 0xff) - '0', ones = static_cast<int>(id >> 8 & 0xff) - '0';
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9 || 10 * tens + ones != stream_.number) return false;
    auto const kind = id >> 16;
    return !video_ || kind == ('d' | 'c' << 8) || kind == ('d' | 'b' << 8);
  }

  /// OpenDML 1.02: an index of indexes, or of chunks at once.
  bool by_super_index() {
    if (!stream_.index.id) return false;
    Cursor at(source_, stream_.index.begin, stream_.index.end, 4096);
    at.skip(2);
    auto const sub_type = at.u8(), type = at.u8();
    auto const entries = at.le32();
    if (type != 0) return type == 1 && sub_type == 0 && standard_index(stream_.index);
    at.skip(16);
    for (std::uint32_t i = 0; i < entries && at.left() >= 16; ++i) {
      auto const position = static_cast<std::int64_t>(std::min<std::uint64_t>(at.le64(), longest));
      at.skip(8);
      Cursor inner(source_, position, Cursor::to_end, Cursor::small);
      auto const chunk = next_chunk(inner);
      if (!chunk) break;  // cut off here
      if (chunk->id >> 24 != ('x') && (chunk->id & 0xffff) != ('i' | 'x' << 8)) break;
      if (!standard_index(*chunk) || count_ > most_frames) break;
    }
    return !frames_.empty();
  }

  bool standard_index(Chunk const& chunk) {
    Cursor at(source_, chunk.begin, chunk.end);
    auto const longs = at.le16();
    at.skip(2);
    auto const entries = at.le32();
    at.skip(4);
    auto const base = static_cast<std::int64_t>(std::min<std::uint64_t>(at.le64(), longest));
    at.skip(4);
    if (longs < 2) return false;
    for (std::uint32_t i = 0; i < entries && at.left() >= longs * 4; ++i) {
      auto const position = base + at.le32();
      auto const size = at.le32();
      at.skip((longs - 2) * 4);
      add(position, size & 0x7fffffff, size >> 31 == 0);
    }
    return true;
  }

  /// Its places count from "movi" or from the file's begin.
  bool by_index() {
    if (!index_.id) return false;
    Cursor at(source_, index_.begin, index_.end);
    std::optional<std::int64_t> base;
    while (at.left() >= 16) {
      auto const id = at.le32(), flags = at.le32(), offset = at.le32(), size = at.le32();
      if (!base) base = offset >= movi_.begin ? 0 : movi_.begin - 4;
      constexpr std::uint32_t key = 0x10, no_time = 0x100;
      if (ours(id) && !(flags & no_time)) add(*base + offset, size, (flags & key) != 0 || !video_);
    }
    return !frames_.empty();
  }

  /// Nothing says which chunk is a key frame but its bytes.
  void walk() {
    Cursor at(source_, movi_.begin, Cursor::to_end, Cursor::small);
    while (auto const chunk = next_chunk(at)) {
      if (chunk->list == tag("rec ") || chunk->list == tag("movi") || chunk->id == tag("RIFF")) continue;
      if (ours(chunk->id)) add(chunk->start, chunk->end - chunk->begin, !video_ || key_chunk(at, *chunk));
      at.seek(chunk->end + (chunk->end & 1));
    }
  }

  /// MPEG-4 part 2: a VOP of type I; H.264: an IDR picture or its parameters; all else counts as one.
  static bool key_chunk(Cursor& at, Chunk const& chunk) {
    auto const bytes = at.peek(static_cast<std::size_t>(std::min<std::int64_t>(chunk.end - chunk.begin, 64)));
    for (std::size_t i = 0; i + 4 < bytes.size(); ++i) {
      if (bytes[i] != std::byte{0} || bytes[i + 1] != std::byte{0} || bytes[i + 2] != std::byte{1}) continue;
      auto const code = static_cast<std::uint8_t>(bytes[i + 3]);
      if (code == 0xb6) return static_cast<std::uint8_t>(bytes[i + 4]) >> 6 == 0;
      if (code == 0xb0 || code == 0x00) return true;
      if ((code & 0x9f) == 5 || (code & 0x9f) == 7) return true;
      if ((code & 0x9f) == 1) return false;
    }
    return !bytes.empty();
  }

  ByteSource& source_;
  Timeline timeline_;
  std::vector<AviStream> streams_;
  AviStream stream_;
  Chunk movi_, index_;
  KeyFrames frames_;
  std::int64_t count_ = 0;
  bool video_ = false;
};

}  // namespace

Timeline read_avi(ByteSource& source, bool scan) { return AviFilm(source).read(scan); }

}  // namespace hls
