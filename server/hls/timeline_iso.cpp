// SPDX-License-Identifier: LGPL-2.1-or-later
// MP4, QuickTime: sample tables in one moov; fragments by sidx, mfra, one after the other if they are few, or by a
// grid.
#include "hls/container_clock.hpp"
#include "hls/iso_edits.hpp"
#include "hls/iso_fragments.hpp"
#include "hls/search.hpp"
#include "hls/timeline_readers.hpp"

#include <algorithm>
#include <climits>

namespace hls {
namespace {

/// To walk from fragment to fragment touches a piece of the torrent for each: only if there are few.
constexpr std::int64_t few_fragments = 64;
/// How far from a place of the file a fragment is looked for.
constexpr std::int64_t near = 8 * 1024 * 1024;

class FragmentedFilm {
 public:
  FragmentedFilm(ByteSource& source, IsoMovie const& movie, IsoTrack const& track, std::int64_t from)
      : source_(source), movie_(movie), track_(track), edits_(track, movie), from_(from) {
    moov_ = read_samples(source, track);  // some muxers put the first fragment there
  }

  Timeline read(bool scan) {
    timeline_.container = Container::fragmented_iso;
    if (!by_index(segment_index(source_, from_, track_)) && !by_index(random_access_index(source_, track_))) {
      if (scan || few())
        walk();
      else
        sample();
    }
    return std::move(timeline_);
  }

 private:
  /// The index is believed if it is right at its begin, middle and end; its zero may be another than the edit list's.
  bool by_index(std::vector<FragmentEntry> entries) {
    std::stable_sort(entries.begin(), entries.end(), [](auto const& a, auto const& b) { return a.time < b.time; });
    if (entries.size() < 2) return false;
    auto const first = at(entries.front());
    if (first.sync.empty()) return false;
    auto const zero = edits_.shown(first.sync.front().pts) - entries.front().time;
    auto const middle = entries[entries.size() / 2];
    auto const last = at(entries.back());
    if (!has(at(middle), middle.time + zero) || !has(last, entries.back().time + zero)) return false;
    KeyFrames frames;
    for (auto const& sync : moov_.sync) frames.add(edits_.shown(sync.pts), sync.position);
    for (auto const& entry : entries) frames.add(entry.time + zero, entry.position);
    finish(frames, std::max(last.end, end_from(entries.back().position)));
    return true;
  }

  /// The index ends with the last fragment that begins with a key frame; others may follow.
  std::int64_t end_from(std::int64_t position) {
    std::int64_t end = 0, fragments = 0;
    auto const take = [&](IsoSamples const& samples) {
      end = std::max(end, samples.end);
      return ++fragments != few_fragments;
    };
    each_fragment(position, take);
    if (fragments < few_fragments) return end;
    if (auto const tail = last_pictures()) each_fragment(*tail, take);
    return end;
  }

  /// Gives what each fragment from `position` on has of the track to `take`, until that gives false.
  template <class Take>
  void each_fragment(std::int64_t position, Take&& take) {
    FragmentReader reader(source_, track_);
    each_box(source_, position, source_.size(),
             [&](Box const& box) { return box.type != fourcc("moof") || take(reader.read(box)); });
  }

  /// The fragment from which on the last pictures lie: behind it may come the sound's, and one that has a single
  /// picture may not have the one that is shown last.
  std::optional<std::int64_t> last_pictures() {
    constexpr std::int64_t most_reordered = 16;
    std::optional<std::int64_t> first;
    std::int64_t pictures = 0;
    auto const size = source_.size();
    (void)find_last(source_, std::max(from_, size - near), size, "moof", [&, fits = is_moof()](std::int64_t position) {
      if (!fits(position)) return false;
      auto const count = at({.position = position - 4}).count;
      if (count > 0) first = position - 4;
      pictures += count;
      return pictures >= most_reordered;
    });
    return first;
  }

  IsoSamples at(FragmentEntry const& entry) {
    auto const moof = moof_from(source_, entry.position, source_.size());
    return moof ? FragmentReader(source_, track_).read(*moof) : IsoSamples();
  }

  [[nodiscard]] bool has(IsoSamples const& samples, Time time) const {
    auto const tick = ticks(1, track_.clock) + Time(1);
    return std::any_of(samples.sync.begin(), samples.sync.end(), [&](auto const& sync) {
      auto const off = edits_.shown(sync.pts) - time;
      return off <= tick && off >= -tick;
    });
  }

  void finish(KeyFrames& frames, std::int64_t end) {
    timeline_.key_frames = frames.take();
    if (!timeline_.key_frames.empty()) timeline_.start = timeline_.key_frames.front().time;
    timeline_.end = edits_.end(std::max(end, moov_.end));
  }

  bool few() {
    int seen = 0;
    std::int64_t behind = from_;
    each_box(source_, from_, source_.size(), [&](Box const& box) {
      if (box.type == fourcc("moof")) ++seen;
      behind = box.end;
      return seen < 8;
    });
    return seen < 8 || (source_.size() - from_) / std::max<std::int64_t>((behind - from_) / 8, 1) <= few_fragments;
  }

  void walk() {
    FragmentReader reader(source_, track_, moov_.end);
    KeyFrames frames(track_.kind == Kind::video ? Time(0) : std::chrono::seconds(1));
    std::int64_t end = 0;
    for (auto const& sync : moov_.sync) frames.add(edits_.shown(sync.pts), sync.position);
    each_box(source_, from_, source_.size(), [&](Box const& box) {
      if (box.type != fourcc("moof")) return true;
      auto const samples = reader.read(box);
      for (auto const& sync : samples.sync) frames.add(edits_.shown(sync.pts), sync.position);
      end = std::max(end, samples.end);
      return true;
    });
    timeline_.reorder = ticks(std::max(reader.order().reorder(), moov_.reorder), track_.clock);
    timeline_.closed_gops = track_.kind == Kind::video && moov_.closed_gops && reader.order().closed_gops();
    finish(frames, end);
  }

  /// Fragments of the head, the middle and the tail.
  void sample() {
    Gops gops;
    timeline_.precision = Timeline::Precision::nominal;
    auto const size = source_.size();
    std::optional<Time> start;
    Time end = movie_.duration > 0 ? ticks(movie_.duration, movie_.clock) : Time(0);
    auto const stretch = [&](std::int64_t from, int most) {
      gops.jump();
      each_fragment(from, [&](IsoSamples const& samples) {
        for (auto const& sync : samples.sync) {
          auto const time = edits_.shown(sync.pts);
          if (!start) start = time;
          gops.picture(time, true);
        }
        if (samples.count > 0) gops.picture(edits_.shown(samples.end), false);
        if (samples.count > 0) end = std::max(end, edits_.shown(samples.end));
        return --most > 0;
      });
    };
    stretch(from_, 8);
    if (auto const moof = find_first(source_, size / 2, size / 2 + near, "moof", is_moof())) stretch(*moof - 4, 4);
    if (auto const moof = last_pictures()) stretch(*moof, INT_MAX);
    timeline_.start = start.value_or(Time(0));
    timeline_.end = end;
    timeline_.grid = gops.grid();
  }

  /// 8.8.4: mfhd comes first in it.
  Accept is_moof() {
    return [this](std::int64_t position) {
      Cursor at(source_, position - 4, Cursor::to_end, Cursor::small);
      if (position < 4 || !next_box(at)) return false;
      auto const inner = next_box(at);
      return inner && inner->type == fourcc("mfhd");
    };
  }

  ByteSource& source_;
  IsoMovie const& movie_;
  IsoTrack const& track_;
  Edits edits_;
  std::int64_t from_;
  IsoSamples moov_;
  Timeline timeline_;
};

/// Where the film ends whose pictures end at `pictures`: sound may go on, by more than its last frame.
Time end_with_sound(ByteSource& source, IsoMovie const& movie, Time pictures) {
  constexpr Time frame = std::chrono::milliseconds(250);
  auto end = pictures;
  if (movie.duration <= 0 || ticks(movie.duration, movie.clock) <= pictures + frame) return end;
  for (auto const& track : movie.tracks)
    if (track.kind == Kind::audio) end = std::max(end, Edits(track, movie).end(read_samples(source, track).end));
  return end > pictures + frame ? end : pictures;
}

Timeline read_tables(ByteSource& source, IsoMovie const& movie, IsoTrack const& track) {
  Timeline timeline;
  timeline.container = Container::iso;
  Edits const edits(track, movie);
  // qtdemux 1.22 ends soon after the second one's first key frame.
  if (edits.several())
    throw NotIndexed(NotIndexed::Why::unsupported,
                     "The MP4 film is put together by several edits, which HLS can't show.",
                     "A copy without its edit list can be played, or the file itself.");
  auto const samples = read_samples(source, track);
  KeyFrames frames;
  edits.add(samples.sync, frames);
  timeline.key_frames = frames.take();
  auto& keys = timeline.key_frames;
  // Pictures before an edit are there to be decoded, not to be seen.
  if (!keys.empty() && keys.front().time < edits.begin() && (keys.size() == 1 || keys[1].time > edits.begin()))
    keys.front().time = edits.begin();
  if (!keys.empty()) timeline.start = keys.front().time;
  timeline.end = end_with_sound(source, movie, edits.end(samples.end));
  timeline.reorder = ticks(samples.reorder, track.clock);
  timeline.closed_gops = track.kind == Kind::video && samples.closed_gops;
  return timeline;
}

}  // namespace

Timeline read_iso(ByteSource& source, bool scan) {
  Box moov;
  bool fragments = false;
  each_box(source, 0, source.size(), [&](Box const& box) {
    if (box.type == fourcc("moov")) moov = box;
    fragments = fragments || box.type == fourcc("moof");
    return !moov && !fragments;
  });
  if (!moov)
    throw damaged(fragments ? "These are fragments of an MP4 film without its header."
                            : "The MP4 file has no index (moov box): it was not written to its end.");
  auto const movie = read_movie(source, moov);
  auto const* track = main_track(movie);
  if (!track) throw damaged("There is neither a picture nor sound in this MP4 file.");
  auto timeline = movie.fragmented ? FragmentedFilm(source, movie, *track, moov.end).read(scan)
                                   : read_tables(source, movie, *track);
  timeline.av1_config = track->av1_config;
  timeline.rotation = track->rotation;
  return timeline;
}

}  // namespace hls
