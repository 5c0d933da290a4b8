// SPDX-License-Identifier: LGPL-2.1-or-later
// MPEG transport streams have no index: a grid, learnt from pictures in the head and the tail.
#include "hls/key_frames.hpp"
#include "hls/timeline_readers.hpp"
#include "hls/ts_clock.hpp"
#include "hls/ts_pictures.hpp"

#include <algorithm>

namespace hls {
namespace {

constexpr std::int64_t clock = ts_clock, wrap = ts_wrap;
constexpr std::int64_t most_head = 8 * 1024 * 1024, most_sample = 4 * 1024 * 1024;

class TransportStream {
 public:
  explicit TransportStream(ByteSource& source) : source_(source) {
    timeline_.container = Container::mpeg_ts;
    auto const packets = ts_stride(read_bytes(source, 0, std::size_t{64} * 1024));
    if (!packets) throw damaged("This is no MPEG transport stream.");
    stride_ = *packets;
    auto const program = ts_program(source, stride_);
    if (!program) throw damaged("The transport stream names neither pictures nor sound at its begin.");
    program_ = *program;
    video_ = kind_of(program_.codec) == Kind::video;
  }

  Timeline read(bool scan) {
    if (scan)
      walk();
    else
      sample();
    return std::move(timeline_);
  }

 private:
  void head() {
    std::optional<std::int64_t> first;
    Believable believable;
    Gops& gops = gops_;
    each_ts_picture(source_, stride_, program_, 0, most_head, [&](TsPicture const& picture) {
      auto const pts = first ? unwrapped(picture.pts, last_) : picture.pts;
      if (!believable(pts)) return true;
      if (!first) first = pts;
      last_ = pts;
      times_.push_back(ticks(pts, clock));
      if (picture.key && !start_) start_ = pts;
      gops.picture(times_.back(), picture.key);
      if (start_) head_span_ = std::max(head_span_, pts - *start_);
      if (start_) head_bytes_ = picture.position;
      return video_ ? gops.keys() < 4 : times_.size() < 200;
    });
    if (!first) throw damaged("There are no pictures at the begin of this transport stream.");
    if (!start_) start_ = first;
  }

  /// When the film's middle is shown.
  std::optional<std::int64_t> middle() {
    auto const from = source_.size() / 2;
    std::optional<std::int64_t> found;
    each_ts_picture(source_, stride_, program_, from, from + most_sample, [&](TsPicture const& picture) {
      found = *start_ + ((picture.pts - *start_) % wrap + wrap) % wrap;
      return false;
    });
    return found;
  }

  /// Widens the tail until there are pictures in it. False: there are none.
  bool tail(std::int64_t& end) {
    for (std::int64_t bytes = 192 * 1024; bytes <= most_head; bytes *= 4) {
      gops_.jump();
      std::optional<std::int64_t> latest, before;
      Believable believable;
      auto const from = std::max<std::int64_t>(source_.size() - bytes, 0);
      each_ts_picture(source_, stride_, program_, from, source_.size(), [&](TsPicture const& picture) {
        // From the start on time only grows: the 33 bits alone tell of the first 26 hours.
        auto const pts =
            before ? unwrapped(picture.pts, *before) : *start_ + ((picture.pts - *start_) % wrap + wrap) % wrap;
        if (!believable(pts)) return true;
        before = pts;
        latest = latest && goes_on(*latest, pts) ? std::max(*latest, pts) : pts;
        gops_.picture(ticks(pts, clock), picture.key);
        return true;
      });
      if (latest) {
        end = *latest;
        return true;
      }
      if (bytes >= source_.size()) break;
    }
    return false;
  }

  void sample() {
    timeline_.precision = Timeline::Precision::nominal;
    head();
    constexpr Time usual = std::chrono::milliseconds(40);
    auto const step = times_.size() > 1 ? shortest_step(times_) : usual;
    std::int64_t end = 0;
    if (!tail(end)) end = *start_ + guessed_span();
    if (!plausible(end - *start_))
      if (auto const time = middle()) end = *start_ + checked_span(*time - *start_, end - *time);
    timeline_.start = ticks(*start_, clock);
    timeline_.end = ticks(end, clock) + step;
    timeline_.grid = video_ ? gops_.grid() : std::chrono::seconds(6);
  }

  /// Rates vary, but hardly so much.
  [[nodiscard]] bool plausible(std::int64_t span) const {
    constexpr std::int64_t most = 4;
    return span >= guessed_span() / most && span <= guessed_span() * most;
  }

  /// Where the clock was set anew on the way, its end tells nothing: half of the bytes are half of the film, roughly.
  [[nodiscard]] std::int64_t checked_span(std::int64_t first, std::int64_t second) const {
    auto const sane = [](std::int64_t span) { return span >= 0 && span < wrap / 2; };
    if (!sane(first) && !sane(second)) return guessed_span();
    if (!sane(first) || !sane(second)) return 2 * (sane(first) ? first : second);
    auto const less = std::min(first, second), more = std::max(first, second);
    if (more <= 8 * less + 60 * clock) return first + second;
    return 2 * (less > 10 * clock ? less : more);
  }

  /// If all of it were like the head.
  [[nodiscard]] std::int64_t guessed_span() const {
    if (head_bytes_ <= 0) return head_span_;
    return static_cast<std::int64_t>(static_cast<double>(head_span_) * static_cast<double>(source_.size()) /
                                     static_cast<double>(head_bytes_));
  }

  /// A clock that jumps is set right: the film goes on where it was.
  void walk() {
    KeyFrames frames(video_ ? Time(0) : std::chrono::seconds(1));
    std::optional<std::int64_t> before;
    std::int64_t added = 0, latest = 0;
    std::vector<Time> times;
    each_ts_picture(source_, stride_, program_, 0, source_.size(), [&](TsPicture const& picture) {
      auto pts = unwrapped(picture.pts, before.value_or(picture.pts));
      constexpr std::int64_t far = 10 * clock;
      if (before && (pts - *before > far || *before - pts > far)) {
        added += *before - pts;
      }
      before = pts;
      pts += added;
      latest = std::max(latest, pts);
      if (times.size() < 1000) times.push_back(ticks(pts, clock));
      if (picture.key) frames.add(ticks(pts, clock), picture.position);
      return true;
    });
    timeline_.key_frames = frames.take();
    if (!timeline_.key_frames.empty()) timeline_.start = timeline_.key_frames.front().time;
    timeline_.end = ticks(latest, clock) + shortest_step(times);
  }

  ByteSource& source_;
  TsStride stride_;
  TsProgram program_;
  Timeline timeline_;
  Gops gops_;
  std::vector<Time> times_;
  std::optional<std::int64_t> start_;
  std::int64_t last_ = 0, head_span_ = 0, head_bytes_ = 0;
  bool video_ = false;
};

}  // namespace

Timeline read_mpeg_ts(ByteSource& source, bool scan) { return TransportStream(source).read(scan); }

}  // namespace hls
