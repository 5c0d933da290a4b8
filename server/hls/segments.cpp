// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/segments.hpp"

#include "hls/ticks.hpp"

#include <algorithm>
#include <array>

namespace hls {
namespace {

constexpr Time least = std::chrono::milliseconds(1);
/// A week of segments; more are a damaged film's.
constexpr std::int64_t most_lines = 100'000;

/// At the beginning a viewer sees nothing until the first segment is whole, and a swarm has just begun to give. A GOP
/// of about 2 s is enough.
Time least_of(std::size_t index, Time target) {
  constexpr std::array<Time, 3> first{std::chrono::milliseconds(1500), std::chrono::milliseconds(1500),
                                      std::chrono::milliseconds(3500)};
  return std::max(index < first.size() ? std::min(first[index], target) : target, least);
}

/// Without times that overflow when they are subtracted.
Timeline sane(Timeline timeline) {
  timeline.start = bounded(timeline.start);
  timeline.end = bounded(timeline.end);
  for (auto& key : timeline.key_frames) key.time = bounded(key.time);
  return timeline;
}

std::vector<Segment> along_key_frames(Timeline const& timeline, Time target) {
  auto const& keys = timeline.key_frames;
  auto begin = std::min(timeline.start, keys.front().time);
  auto first = keys.begin();  // whose bytes the segment begins with
  std::vector<Segment> segments;
  for (auto key = keys.begin() + 1; key != keys.end(); ++key) {
    if (key->time - begin < least_of(segments.size(), target)) continue;
    segments.push_back({begin, key->time, std::max<std::int64_t>(key->position - first->position, 0)});
    begin = key->time;
    first = key;
  }
  segments.push_back({begin, std::max(timeline.end, begin), 0});
  return segments;
}

std::vector<Segment> along_grid(Timeline const& timeline, Time target) {
  auto const length = std::max(timeline.end - timeline.start, least);
  auto const grid = std::max({timeline.grid > Time::zero() ? timeline.grid : target, least, length / most_lines});
  std::vector<Segment> segments;
  for (auto begin = timeline.start; begin < timeline.start + length; begin += grid)
    segments.push_back({begin, std::min(begin + grid, timeline.start + length), 0});
  return segments;
}

}  // namespace

std::vector<Segment> plan(Timeline const& unchecked, Time target) {
  auto const timeline = sane(unchecked);
  bool const exact = timeline.precision == Timeline::Precision::exact && !timeline.key_frames.empty();
  auto segments = exact ? along_key_frames(timeline, target) : along_grid(timeline, target);
  auto const regular = exact || timeline.grid <= Time::zero() ? target : timeline.grid;
  if (auto& last = segments.back(); segments.size() > 1 && last.end - last.begin < regular / 2) {
    auto& before = segments[segments.size() - 2];
    before.end = last.end;
    before.bytes = 0;
    segments.pop_back();
  }
  auto& last = segments.back();
  last.end = std::max(last.end, last.begin + least);
  return segments;
}

std::vector<Segment> plan_pictures(Timeline const& unchecked, std::vector<Segment> const& segments, Time target) {
  auto const timeline = sane(unchecked);
  bool const exact = timeline.precision == Timeline::Precision::exact && !timeline.key_frames.empty();
  if (!exact) return segments;
  std::vector<Segment> pictures;
  auto begin = timeline.key_frames.front().time;
  for (auto const& key : timeline.key_frames) {
    if (key.time - begin < std::max(target, least)) continue;
    pictures.push_back({begin, key.time, 0});
    begin = key.time;
  }
  pictures.push_back({begin, std::max(timeline.end, begin + least), 0});
  return pictures;
}

}  // namespace hls
