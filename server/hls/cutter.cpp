// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/cutter.hpp"

#include "hls/decoding_times.hpp"
#include "hls/gathering.hpp"
#include "hls/sound_grid.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace hls {
namespace {

using namespace std::chrono_literals;

/// How many segments earlier is looked for what was not where the index said; and, where there is none, for the key
/// frame of a GOP that is longer than some lines are apart.
constexpr std::size_t tries = 3, tries_for_key = 24;
/// Cues that began so many segments ago are found where the container has no list of them.
constexpr std::size_t text_before = 2;
/// Long cues that began close to each other are read in one go; and so many times, of the latest ones.
constexpr Time one_go = 6s;
constexpr std::size_t most_earlier = 8;
/// Key frames that are tried behind a damage: a stretch has not many.
constexpr int tries_behind_damage = 10;

bool by_track(Container container) { return container == Container::iso || container == Container::fragmented_iso; }

std::vector<Track> some(Demuxer const& demuxer, std::vector<int> const& ids) {
  std::vector<Track> tracks;
  for (int const id : ids)
    if (id >= 0 && static_cast<std::size_t>(id) < demuxer.tracks().size())
      tracks.push_back(demuxer.tracks()[static_cast<std::size_t>(id)]);
  std::stable_sort(tracks.begin(), tracks.end(),
                   [](auto const& a, auto const& b) { return (a.kind == Kind::video) > (b.kind == Kind::video); });
  return tracks;
}

/// Who tells how far a film is read, where tracks lie between each other: pictures, else sound.
int clock_of(std::vector<Track> const& tracks) {
  if (auto const* const video = pictures_of(tracks)) return video->id;
  auto const sound = std::find_if(tracks.begin(), tracks.end(), [](auto const& t) { return t.kind == Kind::audio; });
  return sound == tracks.end() ? -1 : sound->id;
}

/// Reading begins at key frames: some of it may have been read before.
void add(Samples& text, Samples&& more) {
  auto const before = text.units.size();
  for (auto& unit : more.units) {
    auto const end = text.units.begin() + static_cast<long>(before);
    if (std::none_of(text.units.begin(), end,
                     [&](auto const& each) { return each.pts == unit.pts && each.data == unit.data; }))
      text.units.push_back(std::move(unit));
  }
}

Time latest(Samples const& samples) {
  return std::max_element(samples.units.begin(), samples.units.end(),
                          [](auto const& a, auto const& b) { return a.pts < b.pts; })
      ->pts;
}

}  // namespace

std::vector<Track> tracks_of(Demuxer const& demuxer, Timeline const& timeline) {
  auto tracks = demuxer.tracks();
  for (auto& track : tracks)
    if (track.codec == Codec::av1 && track.codec_data.empty()) track.codec_data = timeline.av1_config;
  if (timeline.forced.empty()) return tracks;
  auto const streams = demuxer.streams();
  for (std::size_t i = 0; i < std::min(tracks.size(), streams.size()); ++i) {
    std::int64_t number = 0;
    std::from_chars(streams[i].data(), streams[i].data() + streams[i].size(), number);
    auto const& forced = timeline.forced;
    tracks[i].forced = std::find(forced.begin(), forced.end(), number) != forced.end();
  }
  return tracks;
}

Cutter::Cutter(Timeline const& timeline, Measures const& measures, std::vector<Segment> const& segments)
    : timeline_(timeline), measures_(measures), segments_(segments) {}

/// From where the film may be readable again, behind what could be read of the stretch.
std::optional<Time> Cutter::after_damage(Time reached, Stretch const& stretch) const {
  Time next = reached + 1s;
  if (timeline_.precision == Timeline::Precision::exact) {
    auto const& keys = timeline_.key_frames;
    auto const key = std::upper_bound(keys.begin(), keys.end(), reached + 2ms,
                                      [](Time time, KeyFrame const& each) { return time < each.time; });
    if (key == keys.end()) return std::nullopt;
    next = key->time;
  }
  // What the film's last pictures lack may be rounding.
  return next < (stretch.last ? stretch.end - 1s : stretch.end) ? std::optional(next) : std::nullopt;
}

Next Cutter::behind(Gathering const& gathering, Stretch const& stretch) const {
  if (stretch.last || (stretch.nominal && !gathering.next())) return Next::nothing;
  // On a grid, where something is damaged, the next stretch may find another key picture than this one saw.
  if (stretch.nominal) return Next::maybe_open;
  return timeline_.closed_gops || gathering.next_is_closed() ? Next::closed : Next::maybe_open;
}

/// What is damaged costs itself only: behind it the film is read on. Gives why nothing at all could be read.
std::exception_ptr Cutter::read(Demuxer& demuxer, Time from, std::vector<int> const& tracks, Stretch const& stretch,
                                Gathering& gathering) const {
  for (int left = tries_behind_damage;; --left) {
    std::exception_ptr failed;
    try {
      demuxer.read(from, tracks, gathering);
    } catch (DemuxFailed const&) {
      failed = std::current_exception();
    }
    if (!failed && !gathering.broken()) return nullptr;
    auto const reached = gathering.reached();
    // What comes before it is tried first.
    if (!reached) return failed;
    auto const next = left > 0 ? after_damage(*reached, stretch) : std::nullopt;
    if (!next) return nullptr;
    gathering.resume(from = *next);
  }
}

/// Reads [begin, end) of the tracks, from the segment that holds `begin`, and from earlier ones until it is sure that
/// nothing was missed.
Cut Cutter::gather(Demuxer& demuxer, Stretch stretch, std::vector<int> const& ids) const {
  auto const wanted = some(demuxer, ids);
  auto read = ids;
  int clock = -1;
  if (!stretch.by_track) {
    clock = clock_of(demuxer.tracks());
    if (std::find(read.begin(), read.end(), clock) == read.end()) read.push_back(clock);
  }
  auto const after = std::upper_bound(segments_.begin(), segments_.end(), stretch.begin,
                                      [](Time time, Segment const& segment) { return time < segment.begin; });
  auto const home = static_cast<std::size_t>(after - segments_.begin());  // 1 + index
  for (std::size_t back = 0;; back = back + 1 <= tries ? back + 1 : back * 2) {
    bool const front = stretch.first || back + 1 >= home;
    Gathering gathering(stretch, wanted, measures_.first, clock);
    Time const from = back == 0 ? stretch.begin : segments_[home - 1 - std::min(back, home - 1)].begin;
    auto const failed =
        this->read(demuxer, stretch.first || (front && back > 0) ? begin_of(timeline_, measures_) : from, read, stretch,
                   gathering);
    auto const most = gathering.needs_key_frame() ? tries_for_key : tries;
    if (!gathering.whole() && back < most && !(front && back > 0)) continue;
    if (failed) std::rethrow_exception(failed);
    if (!stretch.nominal && !gathering.has_picture() && !std::exchange(stretch.damaged, true)) {
      back = static_cast<std::size_t>(-1);
      continue;
    }
    auto cut = gathering.give();
    // A film that was cut off ends for all of its tracks where one of them ends; alone, each goes on to its own end.
    if (stretch.by_track && ids.size() > 1)
      for (auto& samples : cut)
        if (samples.track.kind != Kind::text && (samples.units.empty() || latest(samples) + 500ms < stretch.end))
          if (auto alone = gather(demuxer, stretch, {samples.track.id}).front();
              alone.units.size() > samples.units.size())
            samples = std::move(alone);
    for (auto& samples : cut) {
      if (samples.track.codec == Codec::av1 && samples.track.codec_data.empty())
        samples.track.codec_data = timeline_.av1_config;
      if (samples.track.kind == Kind::video && stretch.first && stretch.by_track) hide_before(timeline_.start, samples);
      if (samples.track.kind == Kind::video)
        set_decoding_times(samples, measures_.reorder, measures_.frame, gathering.next().value_or(stretch.end),
                           behind(gathering, stretch));
      else
        samples.end = samples.units.empty() ? stretch.end : samples.units.back().pts + samples.units.back().duration;
    }
    return cut;
  }
}

Stretch Cutter::stretch_of(std::size_t index) const {
  Stretch stretch;
  stretch.begin = segments_.at(index).begin;
  stretch.end = segments_.at(index).end;
  if (index + 2 < segments_.size()) stretch.after = segments_[index + 1].end;
  stretch.first = index == 0;
  if (stretch.first) stretch.begin = std::max(stretch.begin, timeline_.start);  // of its pictures
  stretch.last = index + 1 == segments_.size();
  stretch.nominal = timeline_.precision == Timeline::Precision::nominal;
  stretch.picture = measures_.frame;
  stretch.by_track = by_track(timeline_.container);
  return stretch;
}

/// The key picture that was readable last before the segment, for all of it.
void Cutter::stand_in(Demuxer& demuxer, std::size_t index, Samples& video) const {
  auto const& segment = segments_[index];
  for (std::size_t back = 1; back <= std::min(tries, index); ++back) {
    auto earlier = gather(demuxer, stretch_of(index - back), {video.track.id});
    auto& units = earlier.front().units;
    auto const key = std::find_if(units.rbegin(), units.rend(), [](AccessUnit const& unit) { return unit.key; });
    if (key == units.rend()) continue;
    video = {earlier.front().track, {std::move(*key)}, segment.end - measures_.reorder};
    auto& still = video.units.front();
    still.pts = segment.begin;
    still.dts = segment.begin - measures_.reorder;
    still.duration = segment.end - segment.begin;
    return;
  }
  throw DemuxFailed("The film is damaged here: no picture can be read.");
}

Cut Cutter::cut(Demuxer& demuxer, std::size_t index, std::vector<int> const& tracks) const {
  auto cut = gather(demuxer, stretch_of(index), tracks);
  for (auto& samples : cut)
    if (samples.track.kind == Kind::video && samples.units.empty()) stand_in(demuxer, index, samples);
  return cut;
}

Samples Cutter::sound(Demuxer& demuxer, std::size_t index, int track, Time before, Time after) const {
  auto stretch = stretch_of(index);
  stretch.begin -= before;
  stretch.end += after;
  stretch.first = stretch.first || stretch.begin <= timeline_.start;
  stretch.last = stretch.last || stretch.end >= timeline_.end;
  auto cut = gather(demuxer, stretch, {track});
  return cut.empty() ? Samples{} : std::move(cut.front());
}

/// Cues that began before `before` and are still shown: each is read where it stands.
void Cutter::read_earlier(Demuxer& demuxer, Stretch const& stretch, Time before, std::vector<int> const& read,
                          Samples& text) const {
  std::vector<LongCue> places;
  for (auto const& cue : timeline_.long_cues) {
    if (cue.begin >= before) break;
    if (cue.end <= stretch.begin) continue;
    if (!places.empty() && cue.begin - places.back().end < one_go)
      places.back().end = cue.begin;
    else
      places.push_back({cue.begin, cue.begin});
  }
  if (places.size() > most_earlier) places.erase(places.begin(), places.end() - most_earlier);
  for (auto const& place : places) {
    auto until = stretch;
    until.first = until.last = false;
    until.end = place.end + 1ms;
    Gathering gathering(until, {text.track}, measures_.first, clock_of(demuxer.tracks()));
    try {
      demuxer.read(place.begin, read, gathering);
    } catch (DemuxFailed const&) {
      continue;  // damaged there: this segment has the rest
    }
    auto found = gathering.give();
    add(text, std::move(found.front()));
  }
}

Samples Cutter::text(Demuxer& demuxer, std::size_t index, int track) const {
  auto stretch = stretch_of(index);
  auto const ids = some(demuxer, {track});
  if (ids.empty()) return {};
  int const clock = stretch.by_track ? -1 : clock_of(demuxer.tracks());
  std::vector<int> read{track};
  if (clock >= 0) read.push_back(clock);
  Gathering gathering(stretch, ids, measures_.first, clock);
  // An MP4 file's table finds the cue that is shown at a time, however long ago it began.
  Time const from = stretch.by_track ? stretch.begin : segments_[index - std::min(index, text_before)].begin;
  demuxer.read(from, read, gathering);
  auto found = std::move(gathering.give().front());
  Samples text{found.track, {}, stretch.end};
  if (!stretch.by_track) read_earlier(demuxer, stretch, from, read, text);
  add(text, std::move(found));
  return text;
}

}  // namespace hls
