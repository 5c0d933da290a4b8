// SPDX-License-Identifier: LGPL-2.1-or-later
// MP3, ADTS, AC-3: each frame can be cut at, so only the length has to be known: from a Xing or VBRI header, from
// frames that are all of one size, from all frames when they are here; else guessed.
#include "hls/container_clock.hpp"
#include "hls/key_frames.hpp"
#include "hls/sound_frames.hpp"
#include "hls/timeline_readers.hpp"

#include <algorithm>
#include <string_view>

namespace hls {
namespace {

/// What is no longer is read to its end: an hour and more.
constexpr std::int64_t small = 32 * 1024 * 1024;

struct Count {
  std::int64_t frames = 0, samples = 0, bytes = 0;
  int shortest = INT32_MAX, longest = 0;
};

class SoundFrames {
 public:
  SoundFrames(ByteSource& source, Container container) : source_(source), container_(container) {
    auto const first = first_sound_frame(source, container, behind_id3(source));
    if (!first)
      throw damaged(std::string("There are no frames of sound at the begin of this ") + name_of(container) + " file.");
    first_ = *first;
    head_ = *sound_frame(container, read_bytes(source, first_, 8));
    end_ = source.size();
    auto const tail = read_bytes(source, std::max<std::int64_t>(end_ - 128, 0), 3);  // ID3v1
    if (tail.size() == 3 && tail[0] == std::byte{'T'} && tail[1] == std::byte{'A'} && tail[2] == std::byte{'G'})
      end_ -= 128;
  }

  Timeline read(bool scan) {
    Timeline timeline;
    timeline.container = container_;
    auto samples = told_samples();
    if (samples == 0) samples = guessed_samples(timeline);
    if (scan || (variable_ && end_ - first_ <= small)) return walked();
    timeline.end = ticks(samples, head_.rate);
    if (timeline.precision == Timeline::Precision::exact)
      timeline.key_frames = sound_points(Time(0), timeline.end, head_.samples, head_.rate, first_, end_ - first_);
    else
      timeline.grid = std::chrono::seconds(6);
    return timeline;
  }

 private:
  /// Frame by frame: only so it is known where frames of different sizes are.
  Timeline walked() {
    Timeline timeline;
    timeline.container = container_;
    KeyFrames points(std::chrono::seconds(2));
    auto const counted = count(first_, end_, INT64_MAX, &points);
    timeline.end = ticks(counted.samples, head_.rate);
    timeline.key_frames = points.take();
    return timeline;
  }

  /// Whole frames from a place on; what is none is stepped over.
  Count count(std::int64_t from, std::int64_t to, std::int64_t most, KeyFrames* points = nullptr) {
    Count counted;
    Cursor at(source_, from, to);
    while (at.left() >= 8 && counted.frames < most) {
      auto const frame = sound_frame(container_, at.peek(8));
      if (!frame || frame->rate != head_.rate || frame->bytes > at.left()) {
        at.skip(1);
        continue;
      }
      if (points) points->add(ticks(counted.samples, head_.rate), at.position());
      at.skip(frame->bytes);
      ++counted.frames;
      counted.samples += frame->samples;
      counted.bytes += frame->bytes;
      counted.shortest = std::min(counted.shortest, frame->bytes);
      counted.longest = std::max(counted.longest, frame->bytes);
    }
    return counted;
  }

  /// Xing or Info behind the side information, VBRI at a fixed place; that frame holds no sound. 0 = there is none.
  std::int64_t told_samples() {
    if (container_ != Container::mp3) return 0;
    auto const bytes = read_bytes(source_, first_, static_cast<std::size_t>(head_.bytes));
    std::string_view const text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
    auto const be32 = [&](std::size_t i) {
      std::int64_t value = 0;
      for (std::size_t k = i; k < i + 4; ++k)
        value = value << 8 | static_cast<std::uint8_t>(k < text.size() ? text[k] : 0);
      return value;
    };
    std::int64_t frames = 0;
    for (std::size_t const at : {36, 21, 13}) {
      auto const name = text.substr(std::min(at, text.size()), 4);
      if ((name == "Xing" || name == "Info") && (be32(at + 4) & 1)) frames = be32(at + 8);
      variable_ = variable_ || name == "Xing";
    }
    if (text.substr(std::min<std::size_t>(36, text.size()), 4) == "VBRI") {
      frames = be32(36 + 14);
      variable_ = true;
    }
    // A file that was cut short has its whole length written in it still.
    if (frames > (end_ - first_) / 8) return 0;
    if (frames) first_ += head_.bytes;
    return frames * head_.samples;
  }

  /// Looks at the head, the middle and the tail.
  std::int64_t guessed_samples(Timeline& timeline) {
    constexpr std::int64_t some = 100;
    Count all;
    for (auto const from : {first_, first_ + (end_ - first_) / 2, std::max(first_, end_ - 128 * 1024)}) {
      // Three frames in a row are hardly something else that looks like them.
      auto const found = from == first_ ? first_ : first_sound_frame(source_, container_, from).value_or(end_);
      auto const counted = count(found, end_, some);
      all.frames += counted.frames;
      all.samples += counted.samples;
      all.bytes += counted.bytes;
      all.shortest = std::min(all.shortest, counted.shortest);
      all.longest = std::max(all.longest, counted.longest);
    }
    if (all.bytes == 0) return 0;
    // MPEG's padding is one slot, AC-3's at 44.1 kHz one word.
    auto const constant = container_ != Container::adts && all.longest - all.shortest <= 4;
    if (!constant) timeline.precision = Timeline::Precision::nominal;
    variable_ = variable_ || !constant;
    auto const exact =
        static_cast<double>(all.samples) * static_cast<double>(end_ - first_) / static_cast<double>(all.bytes);
    auto const frame = static_cast<double>(std::max(head_.samples, 1));
    return static_cast<std::int64_t>(exact / frame + 0.5) * std::max(head_.samples, 1);
  }

  ByteSource& source_;
  Container container_;
  std::int64_t first_ = 0, end_ = 0;
  SoundFrame head_;
  bool variable_ = false;  ///< frames have different sizes
};

}  // namespace

Timeline read_sound_frames(ByteSource& source, Container container, bool scan) {
  return SoundFrames(source, container).read(scan);
}

}  // namespace hls
