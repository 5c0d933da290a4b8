// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures that are coded anew: not a segment's own access units, but all that a decoder wants to show its pictures.
#include "hls/cutter.hpp"
#include "hls/key_picture.hpp"
#include "hls/picture_coder.hpp"

#include <algorithm>
#include <utility>

namespace hls {
namespace {

using namespace std::chrono_literals;

/// Decoders hold back so many at most (H.264, HEVC: the DPB).
constexpr int most_reordered = 16;
/// If no key frame is told of for so long, whatever there is has to do.
constexpr Time most_lead = 1min;

struct Wanted {
  int track = 0;
  Time key_by{};       ///< a key frame shown by then shows, with what follows, all of the segment
  Time until{};        ///< what comes later is not needed
  bool exact = false;  ///< a seek gives whole pictures from its first on
  bool all = false;    ///< from the first picture on, whenever it is shown
  std::size_t most = 0;
};

/// Drops what comes before the last key frame that will do: so it doesn't matter where a seek has led to.
class Pictures final : public Demuxer::Taker {
 public:
  explicit Pictures(Wanted const& wanted) : wanted_(wanted) {}

  Demuxer::Take take(Track const& track, AccessUnit&& unit) override {
    if (track.id != wanted_.track) return Demuxer::Take::more;
    // What a seek gives first may be the rest of a picture.
    bool const torn = !std::exchange(any_, true) && !wanted_.exact;
    // Indexes call more of them key frames than there are.
    bool const key = unit.key && is_key_picture(track.codec, unit.data).value_or(true);
    if (!wanted_.all && key && unit.timed && !torn) {
      if (unit.pts > wanted_.key_by && !found_) return Demuxer::Take::stop;
      if (unit.pts <= wanted_.key_by) {
        found_ = true;
        pictures_.units.clear();
      }
    }
    bool const past = unit.timed && unit.pts >= wanted_.until;
    if (wanted_.all || found_) {
      if (pictures_.units.empty()) pictures_.track = track;
      if (!unit.timed) unit.pts = unknown_time;
      unit.key = key;
      pictures_.units.push_back(std::move(unit));
    }
    return past || pictures_.units.size() > wanted_.most ? Demuxer::Take::stop : Demuxer::Take::more;
  }

  [[nodiscard]] bool whole() const { return wanted_.all || found_; }

  [[nodiscard]] Samples give() {
    auto& units = pictures_.units;
    // A recording may begin anywhere: without a key frame there is nothing to show.
    auto const key = std::find_if(units.begin(), units.end(), [](auto const& unit) { return unit.key; });
    if (wanted_.all && key != units.end()) units.erase(units.begin(), key);
    return std::move(pictures_);
  }

 private:
  Wanted const wanted_;
  Samples pictures_;
  bool any_ = false, found_ = false;
};

/// Do PTS come from an index or blocks that tell the time of each picture shown?
bool tells_pts(Timeline const& timeline, Track const& track) {
  bool const container = timeline.container == Container::iso || timeline.container == Container::fragmented_iso ||
                         timeline.container == Container::matroska;
  // MPEG-4 part 2 comes in Matroska as in AVI.
  return container && timeline.precision == Timeline::Precision::exact && track.codec != Codec::mpeg4;
}

}  // namespace

Samples Cutter::pictures(Demuxer& demuxer, std::size_t index, int id) const {
  auto const& segment = segments_.at(index);
  auto const& track = demuxer.tracks().at(static_cast<std::size_t>(id));
  auto const picture = measures_.frame > Time::zero() ? measures_.frame : 40ms;
  Wanted wanted{.track = id};
  wanted.exact = timeline_.precision == Timeline::Precision::exact;
  wanted.key_by = tells_pts(timeline_, track) ? segment.begin + 1ms : segment.begin - most_reordered * picture;
  wanted.until = Time::max();
  wanted.most = 1'000'000;
  if (index + 1 < segments_.size()) {
    wanted.until = segment.end + std::max<Time>(500ms, 8 * picture) + measures_.reorder;
    // A clock that is set back may never get there.
    wanted.most = 1000 + 4 * static_cast<std::size_t>((wanted.until - wanted.key_by + most_lead) / picture);
  }
  auto const& keys = timeline_.key_frames;
  auto const after = std::upper_bound(keys.begin(), keys.end(), wanted.key_by,
                                      [](Time time, KeyFrame const& key) { return time < key.time; });
  Time const indexed = wanted.exact && after != keys.begin() ? std::prev(after)->time : wanted.key_by;
  for (Time back = wanted.exact ? 0s : std::max<Time>(1s, measures_.longest_gop + 2 * picture);;
       back = std::max<Time>(2 * back, 2s)) {
    auto const from = indexed - back;
    bool const front = index == 0 || from <= timeline_.start;
    wanted.all = front || back > most_lead;
    Pictures pictures(wanted);
    demuxer.read(front ? timeline_.start : from, {id}, pictures);
    if (pictures.whole()) return pictures.give();
  }
}

}  // namespace hls
