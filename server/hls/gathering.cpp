// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/gathering.hpp"

#include "hls/key_picture.hpp"
#include "hls/known_sets.hpp"
#include "hls/sound_grid.hpp"

#include <algorithm>
#include <utility>

namespace hls {
namespace {

using namespace std::chrono_literals;

/// Sound may lie this much behind the picture in a file; who has said nothing by then has nothing to say.
constexpr Time interleaving = 3s;
/// Pictures are shown in another order than they come.
constexpr Time disorder = 1s;

}  // namespace

Gathering::Gathering(Stretch const& stretch, std::vector<Track> const& tracks, std::vector<Time> const& origins,
                     int clock)
    : stretch_(stretch), clock_(clock) {
  for (auto const& track : tracks) {
    Lane lane;
    lane.samples.track = lane.head = track;
    if (auto const id = static_cast<std::size_t>(track.id); id < origins.size()) lane.origin = origins[id];
    lanes_.push_back(std::move(lane));
  }
}

bool Gathering::at(Time pts, Time line) const {
  auto const off = pts > line ? pts - line : line - pts;
  return off <= (stretch_.picture > Time::zero() ? std::min<Time>(2ms, stretch_.picture / 3) : Time(2ms));
}

Demuxer::Take Gathering::take(Track const& track, AccessUnit&& unit) {
  bool const past = unit.pts >= stretch_.end + interleaving;
  if (track.id == clock_) {
    reached_ = std::max(reached_.value_or(unit.pts), unit.pts);
    over_ = over_ || unit.pts >= stretch_.end;
  }
  auto const lane =
      std::find_if(lanes_.begin(), lanes_.end(), [&](auto const& each) { return each.samples.track.id == track.id; });
  bool mine = false;
  if (lane != lanes_.end() && !lane->done) {
    now_ = &track;
    if (track.kind == Kind::video)
      take_video(*lane, std::move(unit));
    else if (track.kind == Kind::audio)
      take_sound(*lane, std::move(unit));
    else
      take_text(*lane, std::move(unit));
    mine = lane->done;
  }
  if (lost_) return Demuxer::Take::stop;
  if (std::all_of(lanes_.begin(), lanes_.end(), [](auto const& each) { return each.done; })) return Demuxer::Take::stop;
  if (stretch_.by_track) return mine || lane == lanes_.end() ? Demuxer::Take::enough : Demuxer::Take::more;
  // The clock is past the end and its own share is complete: so is everybody's.
  bool const clock_done = lane == lanes_.end() || lane->done;
  if (track.id == clock_ && past && !stretch_.last && clock_done) return Demuxer::Take::stop;
  return Demuxer::Take::more;
}

void Gathering::begin(Time time) {
  for (auto& lane : lanes_)
    if (lane.samples.track.kind == Kind::video && time <= stretch_.begin) lane.earlier = true;
}

/// On a grid: the first key frame behind the line; where none comes before the next line, the first picture, which
/// needs those before it. Both stretches at a line say the same of it.
bool Gathering::begins(Lane& lane, AccessUnit const& unit) {
  // What comes before the film's first key frame can't be shown. qtdemux takes the first sample for one in any case.
  if (stretch_.first)
    return stretch_.nominal || unit.pts >= stretch_.begin ||
           (unit.key && is_key_picture(now_->codec, unit.data).value_or(true));
  if (!stretch_.nominal) {
    if (stretch_.damaged) return unit.key && unit.pts >= stretch_.begin;
    return at(unit.pts, stretch_.begin);
  }
  // What is read may begin between a picture and those that are decoded after it though shown before.
  lane.decodable = lane.decodable || unit.pts < stretch_.begin - (unit.key ? Time(0) : disorder);
  bool const here = stretch_.last || unit.pts < stretch_.end;
  return unit.pts >= stretch_.begin && (unit.key || (lane.decodable && here));
}

bool Gathering::ends(Lane& lane, AccessUnit const& unit) {
  if (stretch_.last) return false;
  if (!stretch_.nominal)
    return (stretch_.damaged || lane.inside || stretch_.first) &&
           (at(unit.pts, stretch_.end) || (unit.key && unit.pts > stretch_.end));
  if (unit.pts < stretch_.end) return false;
  if (unit.key) return true;
  if (!lane.cut && lane.inside) {
    lane.cut = lane.samples.units.size();
    lane.behind_cut = unit.pts;
  }
  return unit.pts - disorder >= stretch_.after;
}

void Gathering::end_at_cut(Lane& lane) {
  next_ = lane.behind_cut;
  next_is_closed_ = false;
  lane.samples.units.resize(*std::exchange(lane.cut, std::nullopt));
}

void Gathering::take_video(Lane& lane, AccessUnit&& unit) {
  if (ends(lane, unit)) {
    lane.done = true;
    if (lane.cut && (!unit.key || unit.pts >= stretch_.after)) return end_at_cut(lane);
    lane.cut.reset();
    next_ = unit.pts;
    next_is_closed_ = begins_closed_gop(now_->codec, unit.data);
    // Shown behind the key frame though decoded before it: its time is damaged.
    std::erase_if(lane.samples.units, [&](AccessUnit const& each) { return each.pts >= unit.pts; });
    return;
  }
  if (!lane.inside) {
    if (!begins(lane, unit)) {
      lane.earlier = true;
      // Beyond it already: it was not where the seek went to.
      if (!stretch_.nominal && !stretch_.damaged && unit.key && unit.pts > stretch_.begin) lost_ = true;
      return;
    }
    lane.inside = true;
    lane.torn = false;
    lane.keyed = unit.key;
    unit.key = unit.key || !(stretch_.nominal || stretch_.damaged);
  } else if (lane.torn) {
    if (!unit.key || at(unit.pts, lane.last) || unit.pts < lane.last) return;
    lane.torn = false;
  }
  // The stretch before it goes on to this one.
  if (stretch_.nominal && !stretch_.first && !lane.keyed && unit.key && unit.pts >= stretch_.begin) {
    lane.samples.units.clear();
    lane.cut.reset();
    lane.told = false;
    lane.keyed = true;
  }
  lane.last = std::max(lane.last, unit.pts);
  keep(lane, *now_, std::move(unit));
}

void Gathering::take_sound(Lane& lane, AccessUnit&& unit) {
  unit.pts = snapped(*now_, lane.origin, unit.pts);
  if (!stretch_.first && unit.pts < stretch_.begin) {
    lane.earlier = true;
    return;
  }
  if (!stretch_.last && unit.pts >= stretch_.end) {
    // The one before it would have been the stretch's, or is before it.
    if (lane.samples.units.empty() && unit.pts < stretch_.begin + frame_length(*now_)) lane.earlier = true;
    lane.done = true;
    return;
  }
  if (lane.samples.units.empty() && unit.pts < stretch_.begin + frame_length(*now_)) lane.earlier = true;
  bool const part = now_->codec == Codec::flac && unit.duration > Time::zero();  // its last frame
  if (auto const length = frame_length(*now_); length > Time::zero())
    unit.duration = part ? std::min(unit.duration, length) : length;
  // Where two recordings meet, the second one's sound may begin before the first one's ends.
  if (!lane.samples.units.empty()) {
    auto const& before = lane.samples.units.back();
    if (unit.pts < before.pts + before.duration / 2) return;
    if (lane.now_rate != now_->sample_rate) unit.pts = std::max(unit.pts, before.pts + before.duration);
  }
  lane.now_rate = now_->sample_rate;
  unit.dts = unit.pts;
  keep(lane, *now_, std::move(unit));
}

void Gathering::take_text(Lane& lane, AccessUnit&& unit) {
  if (!stretch_.last && unit.pts >= stretch_.end) {
    lane.done = true;
    return;
  }
  bool const over = unit.duration > Time::zero() && unit.pts + unit.duration <= stretch_.begin;
  if (over && !stretch_.first) return;
  keep(lane, *now_, std::move(unit));
}

void Gathering::keep(Lane& lane, Track const& track, AccessUnit&& unit) {
  if (!std::exchange(lane.told, true)) lane.samples.track = track;
  settle_sets(lane.head, track, unit);
  lane.samples.units.push_back(std::move(unit));
}

void Gathering::resume(Time from) {
  reached_ = std::max(reached_.value_or(from), from);
  for (auto& lane : lanes_) {
    lane.torn = true;
    lane.decodable = false;
  }
}

bool Gathering::whole() const {
  if (lost_) return false;
  if (stretch_.first) return true;
  return std::all_of(lanes_.begin(), lanes_.end(), [&](Lane const& lane) {
    switch (lane.samples.track.kind) {
      case Kind::video:
        if (stretch_.nominal) return lane.earlier && (lane.inside || lane.decodable);
        return stretch_.damaged ? lane.earlier : lane.inside;
      case Kind::audio:
        return lane.earlier || stretch_.by_track;
      default:
        return true;
    }
  });
}

bool Gathering::needs_key_frame() const {
  return stretch_.nominal && std::any_of(lanes_.begin(), lanes_.end(), [](Lane const& lane) {
           return lane.samples.track.kind == Kind::video && !lane.inside && !lane.decodable;
         });
}

bool Gathering::has_picture() const {
  return std::none_of(lanes_.begin(), lanes_.end(),
                      [](Lane const& lane) { return lane.samples.track.kind == Kind::video && !lane.inside; });
}

Cut Gathering::give() {
  Cut cut;
  for (auto& lane : lanes_) {
    if (lane.cut) end_at_cut(lane);  // the film ends before the next line
    cut.push_back(std::move(lane.samples));
  }
  return cut;
}

}  // namespace hls
