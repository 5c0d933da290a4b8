// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/segments.hpp"

#include "hls/bandwidth.hpp"

#include <gtest/gtest.h>

#include <random>

namespace {

using namespace std::chrono_literals;
using hls::Segment;
using hls::Time;
using hls::Timeline;

Timeline exact(std::vector<hls::KeyFrame> keys, Time end) {
  Timeline timeline;
  timeline.key_frames = std::move(keys);
  timeline.start = timeline.key_frames.at(0).time;
  timeline.end = end;
  return timeline;
}
Timeline nominal(Time start, Time end, Time grid) {
  Timeline timeline;
  timeline.precision = Timeline::Precision::nominal;
  timeline.start = start;
  timeline.end = end;
  timeline.grid = grid;
  return timeline;
}
using Plan = std::vector<Segment>;

TEST(Plan, JoinsGops) {
  std::vector<hls::KeyFrame> keys;
  for (int i = 0; i < 12; ++i) keys.push_back({i * 2s, 100 * i});
  EXPECT_EQ(hls::plan(exact(keys, 24s)),
            (Plan{{0s, 2s, 100}, {2s, 4s, 100}, {4s, 8s, 200}, {8s, 14s, 300}, {14s, 20s, 300}, {20s, 24s, 0}}));
  EXPECT_EQ(hls::plan(exact(keys, 22s)).back(), (Segment{14s, 22s, 0})) << "a short rest";
  EXPECT_EQ(hls::plan(exact(keys, 23s)).back(), (Segment{20s, 23s, 0}));
}

TEST(Plan, BeginsShort) {
  EXPECT_EQ(hls::plan(exact({{0s, 0}, {500ms, 1}, {1s, 2}, {1500ms, 3}, {2s, 4}, {3s, 5}, {4s, 6}, {7s, 7}}, 14s)),
            (Plan{{0s, 1500ms, 3}, {1500ms, 3s, 2}, {3s, 7s, 2}, {7s, 14s, 0}}));
  EXPECT_EQ(hls::plan(exact({{0s, 0}, {10s, 9}, {20s, 18}}, 30s)), (Plan{{0s, 10s, 9}, {10s, 20s, 9}, {20s, 30s, 0}}))
      << "no GOP is cut";
  EXPECT_EQ(hls::plan(exact({{0s, 0}, {1960ms, 1}, {3920ms, 2}}, 6s)).size(), 2U) << "about 2 s are enough";
}

TEST(Plan, OddIndexes) {
  EXPECT_EQ(hls::plan(exact({{0s, 0}}, 3600s)), (Plan{{0s, 3600s, 0}})) << "one key frame";
  EXPECT_EQ(hls::plan(exact({{0s, 0}, {7200s, 9}}, 7300s)), (Plan{{0s, 7200s, 9}, {7200s, 7300s, 0}}))
      << "hours between";
  EXPECT_EQ(hls::plan(exact({{-3300ms, 0}, {1s, 5}, {3s, 8}}, 9s)), (Plan{{-3300ms, 1s, 5}, {1s, 3s, 3}, {3s, 9s, 0}}))
      << "before zero";
  EXPECT_EQ(hls::plan(exact({{0s, 0}, {0s, 1}, {6s, 5}, {6s, 6}, {6s, 7}}, 12s)), (Plan{{0s, 6s, 5}, {6s, 12s, 0}}));
  EXPECT_EQ(hls::plan(exact({{0s, 900}, {6s, 300}}, 12s)), (Plan{{0s, 6s, 0}, {6s, 12s, 0}})) << "places go back";
  EXPECT_EQ(hls::plan(exact({{5s, 0}}, 2s)), (Plan{{5s, 5001ms, 0}})) << "ends before it begins";
  auto late = exact({{2s, 7}, {8s, 20}}, 14s);
  late.start = 0s;
  EXPECT_EQ(hls::plan(late), (Plan{{0s, 8s, 13}, {8s, 14s, 0}})) << "pictures before the first key frame";
}

TEST(Plan, Grid) {
  EXPECT_EQ(hls::plan(nominal(1h, 1h + 20s, 6s)), (Plan{{3600s, 3606s, 0}, {3606s, 3612s, 0}, {3612s, 3620s, 0}}));
  EXPECT_EQ(hls::plan(nominal(0s, 21s, 6s)).size(), 4U);
  EXPECT_EQ(hls::plan(nominal(0s, 0s, 6s)).size(), 1U);
  EXPECT_LE(hls::plan(nominal(Time::min(), Time::max(), 6s)).size(), 100'001U);
  EXPECT_EQ(hls::plan(nominal(0s, 12s, 0s)).size(), 2U);
  EXPECT_EQ(hls::plan(Timeline{}).size(), 1U);
}

TEST(Plan, AlwaysHasNoHoles) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::vector<hls::KeyFrame> keys{{Time(static_cast<std::int64_t>(random() % 1000) * 1'000'000), 0}};
    for (auto count = random() % 50; count > 0; --count)
      keys.push_back({keys.back().time + Time(static_cast<std::int64_t>(random() % 9000) * 1'000'000),
                      static_cast<std::int64_t>(random() % 100'000)});
    auto const timeline = exact(keys, keys.back().time + Time(static_cast<std::int64_t>(random() % 9000) * 1'000'000));
    auto const segments = hls::plan(timeline);
    ASSERT_FALSE(segments.empty());
    EXPECT_EQ(segments.front().begin, timeline.start);
    EXPECT_GE(segments.back().end, timeline.end);
    for (std::size_t i = 0; i < segments.size(); ++i) {
      EXPECT_GT(segments[i].end, segments[i].begin);
      if (i + 1 < segments.size()) {
        EXPECT_EQ(segments[i].end, segments[i + 1].begin);
        EXPECT_GE(segments[i].end - segments[i].begin, i < 2 ? 1500ms : i < 3 ? 3500ms : 6s);
      }
    }
    auto const pictures = hls::plan_pictures(timeline, segments);
    for (std::size_t i = 0; i + 1 < pictures.size(); ++i) EXPECT_EQ(pictures[i].end, pictures[i + 1].begin);
  }
}

TEST(PlanPictures, ASecondApart) {
  auto const timeline = exact({{0s, 0}, {400ms, 1}, {1s, 2}, {5s, 3}, {5900ms, 4}}, 7s);
  EXPECT_EQ(hls::plan_pictures(timeline, hls::plan(timeline)), (Plan{{0s, 1s, 0}, {1s, 5s, 0}, {5s, 7s, 0}}));
  auto const grid = nominal(0s, 60s, 6s);
  EXPECT_EQ(hls::plan_pictures(grid, hls::plan(grid)), hls::plan(grid));
}

hls::Track video_track() {
  hls::Track track;
  track.frame_rate = {25, 1};
  return track;
}

TEST(Bandwidth, PeakOfSegments) {
  // A megabyte in 6 s is 1.333 Mbit/s, two are 2.667.
  Plan const segments{{0s, 6s, 1'000'000}, {6s, 12s, 2'000'000}, {12s, 18s, 1'000'000}};
  auto const found = hls::bandwidth(segments, 4'000'000, {video_track()}, hls::Packaging::fmp4);
  EXPECT_GE(found.peak, 2'666'667);
  EXPECT_LE(found.peak, 2'680'000);
  EXPECT_GE(found.average, 1'777'778);
  EXPECT_LE(found.average, 1'790'000);
  auto const ts = hls::bandwidth(segments, 4'000'000, {video_track()}, hls::Packaging::ts);
  EXPECT_GT(ts.peak, found.peak);
  EXPECT_LE(ts.peak, found.peak * 105 / 100);
  auto const without = hls::bandwidth(segments, 4'000'000, {video_track()}, hls::Packaging::fmp4, 333'333);
  EXPECT_NEAR(static_cast<double>(found.average - without.average), 333'333, 10);
}

TEST(Bandwidth, ShortSegmentsCountTogether) {
  // 2.9 s are less than half of the target of 6: with a neighbour only.
  Plan const segments{{0s, 6s, 600'000}, {6s, 8900ms, 1'000'000}, {8900ms, 14900ms, 600'000}};
  auto const found = hls::bandwidth(segments, 2'200'000, {}, hls::Packaging::fmp4);
  EXPECT_NEAR(static_cast<double>(found.peak), 1'600'000 / 8.9 * 8, 1000);
}

TEST(Bandwidth, NotKnown) {
  auto const grid = hls::plan(nominal(0s, 600s, 6s));
  auto const found = hls::bandwidth(grid, 75'000'000, {}, hls::Packaging::fmp4);
  EXPECT_NEAR(static_cast<double>(found.average), 1'000'000, 1000);
  EXPECT_NEAR(static_cast<double>(found.peak), 1'500'000, 1000);
  // An index of 5 MB at the end is not the last segment's.
  auto const end = hls::bandwidth({{0s, 6s, 750'000}, {6s, 9s, 0}}, 6'125'000, {}, hls::Packaging::fmp4);
  EXPECT_LE(end.peak, 9'000'000);
  EXPECT_GT(hls::bandwidth({{0s, 1s, 0}}, 0, {}, hls::Packaging::ts).peak, 0);
}

}  // namespace
