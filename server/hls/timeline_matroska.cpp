// SPDX-License-Identifier: LGPL-2.1-or-later
// Matroska, WebM: the Cues; without them a grid, learnt from blocks in the head, the middle and the tail.
#include "hls/container_clock.hpp"
#include "hls/key_frames.hpp"
#include "hls/matroska_blocks.hpp"
#include "hls/matroska_segment.hpp"
#include "hls/search.hpp"
#include "hls/timeline_readers.hpp"

#include <algorithm>

namespace hls {
namespace {

/// So far before the Cues the swarm's pieces hold both, mostly.
constexpr std::int64_t near_cues = 64 * 1024;
/// A film goes on for so long after its last key frame at most; else its duration is not to be believed.
constexpr Time longest_tail = std::chrono::seconds(60);
/// What is shown for less is found in the segments before (Cutter::text()).
constexpr Time long_cue = std::chrono::seconds(5);
constexpr std::string_view cluster_id = "\x1F\x43\xB6\x75";

class MatroskaFilm {
 public:
  explicit MatroskaFilm(ByteSource& source) : source_(source), film_(read_segment(source)) {
    timeline_.container = Container::matroska;
    if (!film_.track) throw damaged("There is neither a picture nor sound in this Matroska file.");
  }

  Timeline read(bool scan) {
    read_first();
    if (!by_cues()) {
      if (scan)
        walk();
      else
        sample();
    }
    find_long_cues();
    timeline_.forced = film_.forced;
    return std::move(timeline_);
  }

 private:
  [[nodiscard]] Time time_of(std::int64_t clock) const { return ticks(clock, 1'000'000'000, film_.scale); }

  /// The first picture may be missing in the Cues.
  void read_first() {
    int tries = 0;
    each_block(source_, film_.first_cluster, film_.end, [&](MatroskaBlock const& block) {
      constexpr int most = 1000;
      if (block.track == film_.track && block.key) first_ = block;
      return !first_ && ++tries < most;
    });
    if (first_) timeline_.start = time_of(first_->time);
  }

  /// Not those of another file, or of an earlier state of it.
  [[nodiscard]] bool plausible(std::vector<MatroskaCue> const& cues) const {
    if (cues.empty()) return false;
    auto const by_place = [](auto const& a, auto const& b) { return a.cluster < b.cluster; };
    if (!std::is_sorted(cues.begin(), cues.end(), by_place)) return false;
    // One place tells, best one whose bytes are here by now.
    bool const near = cues.back().cluster < film_.cues_at && film_.cues_at - cues.back().cluster < near_cues;
    auto const& asked = near ? cues.back() : cues.front();
    auto const time = cluster_time(source_, asked.cluster);
    auto const off = time ? asked.time - *time : INT64_MAX;  // blocks tell it in 16 bits
    return off >= INT16_MIN && off <= INT16_MAX;
  }

  bool by_cues() {
    auto const apart = film_.video ? Time(0) : std::chrono::seconds(1);
    KeyFrames frames(apart);
    std::vector<MatroskaCue> cues;
    for (auto const& cue : film_.cues)
      if (cue.track == film_.track) cues.push_back(cue);
    std::stable_sort(cues.begin(), cues.end(), [](auto const& a, auto const& b) { return a.time < b.time; });
    if (!plausible(cues)) return false;
    for (auto const& cue : cues) frames.add(time_of(cue.time), cue.cluster + cue.inside);
    auto const& last = cues.back();
    if (first_) frames.add(timeline_.start, first_->cluster);
    timeline_.key_frames = frames.take();
    timeline_.start = timeline_.key_frames.front().time;
    auto const last_key = timeline_.key_frames.back().time;
    timeline_.end = told_end();
    // Reading the last GOP for a little more truth would cost as much as the first picture.
    if (timeline_.end <= last_key || timeline_.end > last_key + longest_tail) timeline_.end = end_from(last.cluster);
    return true;
  }

  void find_long_cues() {
    auto& found = timeline_.long_cues;
    for (auto const& cue : film_.cues)
      if (cue.track != film_.track && cue.duration < INT64_MAX / 2 - cue.time && time_of(cue.duration) >= long_cue)
        found.push_back({time_of(cue.time), time_of(cue.time + cue.duration)});
    std::stable_sort(found.begin(), found.end(), [](auto const& a, auto const& b) { return a.begin < b.begin; });
  }

  /// Goes through the last clusters: the duration of the whole is that of its longest track.
  Time end_from(std::int64_t last_cluster) {
    std::vector<Time> times;
    Time end{};
    each_block(source_, last_cluster, film_.end, [&](MatroskaBlock const& block) {
      constexpr std::size_t most = 20'000;
      if (block.track != film_.track) return true;
      times.push_back(time_of(block.time));
      end = std::max(end, time_of(block.time) + (block.duration ? time_of(block.duration) : Time(film_.frame)));
      return times.size() < most;
    });
    if (times.empty()) return told_end();
    auto const last = *std::max_element(times.begin(), times.end());
    return end > last ? end : last + shortest_step(times);
  }

  [[nodiscard]] Time told_end() const {
    auto const told = film_.duration * static_cast<double>(film_.scale);
    return told < static_cast<double>(longest_ns) ? Time(static_cast<std::int64_t>(told)) : Time(0);
  }

  void walk() {
    KeyFrames frames(film_.video ? Time(0) : std::chrono::seconds(1));
    std::int64_t last = film_.first_cluster;
    each_block(source_, film_.first_cluster, film_.end, [&](MatroskaBlock const& block) {
      if (block.track != film_.track || !block.key) return true;
      frames.add(time_of(block.time), block.cluster);
      last = block.cluster;
      return true;
    });
    timeline_.key_frames = frames.take();
    if (!timeline_.key_frames.empty()) timeline_.start = timeline_.key_frames.front().time;
    timeline_.end = end_from(last);
  }

  void sample() {
    timeline_.precision = Timeline::Precision::nominal;
    Gops gops;
    auto const stretch = [&](std::int64_t from) {
      constexpr std::int64_t bytes = 8 * 1024 * 1024;
      gops.jump();
      each_block(source_, from, film_.end, [&](MatroskaBlock const& block) {
        if (block.track != film_.track) return true;
        gops.picture(time_of(block.time), block.key);
        return gops.keys() < 4 && block.cluster < from + bytes;
      });
    };
    constexpr std::int64_t near = 8 * 1024 * 1024;
    auto const accept = [&](std::int64_t position) { return is_cluster(source_, position); };
    auto const middle = film_.first_cluster + (film_.end - film_.first_cluster) / 2;
    auto const last_before = [&](std::int64_t end) {
      return find_last(source_, std::max(film_.first_cluster, film_.end - near), end, cluster_id, accept);
    };
    auto tail = last_before(film_.end);
    // The last clusters of a recording may hold sound alone.
    timeline_.end = tail ? end_from(*tail) : told_end();
    for (int left = 16; left > 0 && tail && timeline_.end == Time(0) && (tail = last_before(*tail)); --left)
      timeline_.end = end_from(*tail);
    if (film_.video) {
      stretch(film_.first_cluster);
      if (auto const found = find_first(source_, middle, std::min(middle + near, film_.end), cluster_id, accept))
        stretch(*found);
      if (tail) stretch(*tail);
      timeline_.grid = gops.grid();
    } else {
      timeline_.grid = std::chrono::seconds(6);
    }
    if (timeline_.end <= timeline_.start) timeline_.end = told_end();
  }

  ByteSource& source_;
  MatroskaSegment film_;
  std::optional<MatroskaBlock> first_;
  Timeline timeline_;
};

}  // namespace

Timeline read_matroska(ByteSource& source, bool scan) { return MatroskaFilm(source).read(scan); }

}  // namespace hls
