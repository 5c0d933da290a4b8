// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/cutter.hpp"
#include "hls/reorder.hpp"
#include "hls/sound_grid.hpp"
#include "hls/ticks.hpp"

#include <algorithm>
#include <optional>

namespace hls {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t pictures = 48;
/// Tracks that have not begun by then have no origin of their own.
constexpr Time head = 5s;
constexpr std::size_t origins = 9;

/// The first pictures, and when each track begins.
class Head final : public Demuxer::Taker {
 public:
  /// `start`: of the pictures, which sound may come long before.
  Head(std::size_t tracks, std::size_t awaited, bool video, Time start)
      : first(tracks), sound(tracks), awaited_(awaited), has_video_(video), start_(start) {}

  Demuxer::Take take(Track const& track, AccessUnit&& unit) override {
    auto& begin = first[static_cast<std::size_t>(track.id)];
    auto& frames = sound[static_cast<std::size_t>(track.id)];
    bool const is_first = !begin;
    if (is_first) begin = unit.pts;
    if (track.kind == Kind::audio) frames.push_back(unit.pts);
    // Some frames of each track of sound: see origin_of().
    if (track.kind == Kind::audio ? frames.size() == origins : is_first) --awaited_;
    if (track.kind == Kind::video) {
      if (unit.key) keys.push_back(unit.pts);
      if (shown.size() < pictures) shown.push_back(unit.pts);
    }
    bool const enough = awaited_ == 0 && (!has_video_ || shown.size() >= pictures);
    return enough || unit.pts - std::max(*begin, start_) > head ? Demuxer::Take::stop : Demuxer::Take::more;
  }

  std::vector<std::optional<Time>> first;
  std::vector<std::vector<Time>> sound;
  std::vector<Time> shown, keys;

 private:
  std::size_t awaited_;
  bool const has_video_;
  Time const start_;
};

/// Of most of the frames: a demuxer may tell the first one at 0 that began a little before (Opus in Matroska).
Time origin_of(Track const& track, std::vector<Time> const& frames) {
  auto const length = frame_length(track);
  if (length == Time::zero() || frames.size() < origins) return frames.front();
  std::vector<Time> begins;
  for (std::size_t i = 0; i < frames.size(); ++i)
    begins.push_back(frames[i] -
                     Time(static_cast<std::int64_t>(i) * 1'000'000'000LL * track.frame_samples / track.sample_rate));
  auto const middle = begins.begin() + static_cast<std::ptrdiff_t>(begins.size() / 2);
  std::nth_element(begins.begin(), middle, begins.end());
  auto const off = *middle > frames.front() ? *middle - frames.front() : frames.front() - *middle;
  return off > 2ms && off <= length / 2 ? *middle : frames.front();
}

Time picture_of(Track const& track, std::vector<Time> sorted) {
  if (track.frame_rate.frames > 0) return Time(1'000'000'000LL * track.frame_rate.seconds / track.frame_rate.frames);
  std::vector<Time> steps;
  for (std::size_t i = 1; i < sorted.size(); ++i) steps.push_back(sorted[i] - sorted[i - 1]);
  if (steps.empty()) return 40ms;
  auto const middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle > Time::zero() ? *middle : Time(40ms);
}

}  // namespace

Time begin_of(Timeline const& timeline, Measures const& measures) {
  constexpr Time longest = 1min;  // more is damage
  auto const start = bounded(timeline.start);
  auto begin = start;
  for (auto const first : measures.first)
    if (start - bounded(first) <= longest) begin = std::min(begin, first);
  return begin;
}

Time playlist_begin(Timeline const& timeline, Measures const& measures) {
  auto const begin = begin_of(timeline, measures);
  return timeline.start - begin > 500ms ? begin : timeline.start;
}

Measures measure(Demuxer& demuxer, Timeline const& timeline) {
  auto const& tracks = demuxer.tracks();
  std::vector<int> ids;
  auto const* const video = pictures_of(tracks);
  for (auto const& track : tracks)
    if (track.kind == Kind::audio || &track == video) ids.push_back(track.id);
  Head head(tracks.size(), ids.size(), video != nullptr, timeline.start);
  demuxer.read(std::min(timeline.start, Time::zero()), ids, head);

  if (std::none_of(head.first.begin(), head.first.end(), [](auto const& first) { return first.has_value(); }))
    throw DemuxFailed("There is neither a picture nor sound in this file: it may be incomplete.");
  Measures measures;
  for (std::size_t i = 0; i < tracks.size(); ++i)
    measures.first.push_back(head.sound[i].empty() ? head.first[i].value_or(timeline.start)
                                                   : origin_of(tracks[i], head.sound[i]));
  // Pictures before an edit are there to be decoded, not to be seen.
  if (video) {
    auto& first = measures.first[static_cast<std::size_t>(video->id)];
    first = std::max(first, timeline.start);
  }
  measures.reorder = timeline.reorder;
  if (!video) return measures;
  auto sorted = head.shown;
  std::sort(sorted.begin(), sorted.end());
  measures.frame = picture_of(*video, sorted);
  for (std::size_t i = 1; i < head.keys.size(); ++i)
    measures.longest_gop = std::max(measures.longest_gop, head.keys[i] - head.keys[i - 1]);
  if (timeline.reorder > Time::zero()) return measures;  // proved for the whole film
  for (std::size_t i = 0; i < sorted.size(); ++i)
    measures.reorder = std::max(measures.reorder, sorted[i] - head.shown[i]);
  // What the stream promises holds everywhere; else one picture for what the head didn't show.
  auto const promised = promised_reorder(*video);
  measures.reorder = std::max(measures.reorder, promised.value_or(1) * measures.frame);
  return measures;
}

}  // namespace hls
