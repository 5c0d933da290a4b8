// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/gathering.hpp"

#include "hls/decoding_times.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace std::chrono_literals;
using hls::Gathering;
using hls::Stretch;
using hls::Time;

hls::Track video() {
  hls::Track track;
  track.codec = hls::Codec::vp9;
  return track;
}

hls::AccessUnit picture(Time pts, bool key = false) { return {.pts = pts, .dts = pts, .duration = 40ms, .key = key}; }

std::vector<Time> times(hls::Cut const& cut) {
  std::vector<Time> all;
  for (auto const& unit : cut.front().units) all.push_back(unit.pts);
  return all;
}

std::vector<Time> seconds(int from, int to) {
  std::vector<Time> all;
  for (int i = from; i < to; ++i) all.push_back(i * 1s);
  return all;
}

TEST(Gathering, GoesOnBehindADamage) {
  Gathering gathering({.begin = 0s, .end = 6s, .first = true, .picture = 40ms}, {video()}, {}, 0);
  gathering.take(video(), picture(0s, true));
  gathering.take(video(), picture(2s));
  EXPECT_TRUE(gathering.broken());
  EXPECT_EQ(gathering.reached(), 2s);
  gathering.resume(4s);
  // A seek leads to before the key frame, or to the one that was taken already.
  gathering.take(video(), picture(0s, true));
  gathering.take(video(), picture(1s));
  gathering.take(video(), picture(3s));
  gathering.take(video(), picture(4s, true));
  gathering.take(video(), picture(5s));
  EXPECT_EQ(gathering.take(video(), picture(6s, true)), hls::Demuxer::Take::stop);
  EXPECT_FALSE(gathering.broken());
  EXPECT_EQ(times(gathering.give()), (std::vector<Time>{0s, 2s, 4s, 5s}));
}

TEST(Gathering, KnowsThatNothingCame) {
  Gathering const gathering({.begin = 6s, .end = 12s, .picture = 40ms}, {video()}, {}, 0);
  EXPECT_TRUE(gathering.broken());
  EXPECT_FALSE(gathering.reached());
  EXPECT_FALSE(gathering.whole());
}

/// A film of pictures each second, what a stretch of it on a grid of 6 s gathers from `read` on.
std::vector<Time> on_grid(std::vector<int> const& keys, int line, int read) {
  Stretch stretch{.begin = line * 1s, .end = (line + 6) * 1s, .first = line == 0, .nominal = true, .picture = 40ms};
  stretch.after = stretch.end + 6s;
  Gathering gathering(stretch, {video()}, {}, 0);
  for (int second = read; second < 60; ++second) {
    bool const key = std::find(keys.begin(), keys.end(), second) != keys.end();
    if (gathering.take(video(), picture(second * 1s, key)) == hls::Demuxer::Take::stop) break;
  }
  EXPECT_TRUE(gathering.whole()) << line << " from " << read;
  return times(gathering.give());
}

TEST(Gathering, CutsALongGopAtTheLines) {
  std::vector<int> const keys{0, 5, 7, 31, 37};
  EXPECT_EQ(on_grid(keys, 0, 0), seconds(0, 7)) << "up to the key frame behind the line";
  EXPECT_EQ(on_grid(keys, 6, 5), seconds(7, 12)) << "there is none behind that one";
  EXPECT_EQ(on_grid(keys, 12, 7), seconds(12, 18));
  EXPECT_EQ(on_grid(keys, 18, 7), seconds(18, 24));
  EXPECT_EQ(on_grid(keys, 24, 7), seconds(24, 31));
  EXPECT_EQ(on_grid(keys, 30, 7), seconds(31, 37));
}

/// A fragment may begin with pictures that are decoded after one that is shown later.
TEST(Gathering, OfALongGopMissesNoPictureDecodedEarly) {
  Gathering gathering({.begin = 12s, .end = 18s, .after = 24s, .nominal = true, .picture = 40ms}, {video()}, {}, 0);
  for (auto const time : {11900ms, 11940ms, 12060ms, 11980ms, 12020ms, 20000ms, 25000ms})
    gathering.take(video(), picture(time));
  EXPECT_FALSE(gathering.whole());
  EXPECT_TRUE(gathering.needs_key_frame());
}

TEST(Gathering, BeforeTheLastLineWaitsForAKeyFrame) {
  Gathering gathering({.begin = 0s, .end = 6s, .first = true, .nominal = true, .picture = 40ms}, {video()}, {}, 0);
  gathering.take(video(), picture(0s, true));
  for (int second = 1; second < 20; ++second) gathering.take(video(), picture(second * 1s));
  EXPECT_EQ(gathering.take(video(), picture(20s, true)), hls::Demuxer::Take::stop);
  EXPECT_EQ(times(gathering.give()), seconds(0, 20));
}

TEST(Gathering, OfALongGopWantsItsKeyFrame) {
  Gathering gathering({.begin = 12s, .end = 18s, .after = 24s, .nominal = true, .picture = 40ms}, {video()}, {}, 0);
  gathering.begin(12s);  // the parser lets nothing through that comes before a key frame
  gathering.take(video(), picture(31s, true));
  EXPECT_FALSE(gathering.whole());
  EXPECT_TRUE(gathering.needs_key_frame());
  EXPECT_TRUE(times(gathering.give()).empty());
}

TEST(Gathering, BeginsTheFilmWithAKeyFrame) {
  Gathering gathering({.begin = 2s, .end = 6s, .first = true, .picture = 40ms}, {video()}, {}, 0);
  for (int i = 0; i < 7; ++i) gathering.take(video(), picture(i * 1s, i == 2 || i == 6));
  EXPECT_TRUE(gathering.whole());
  EXPECT_EQ(times(gathering.give()), seconds(2, 6));
}

TEST(HiddenPictures, AreDecodedAndNotSeen) {
  hls::Samples samples{
      video(), {picture(-120ms, true), picture(0s), picture(-40ms), picture(-80ms), picture(40ms)}, {}};
  hls::hide_before(0s, samples);
  hls::set_decoding_times(samples, 80ms, 40ms, 80ms, hls::Next::nothing);
  auto const& units = samples.units;
  EXPECT_EQ(units[1].pts, 0s);
  EXPECT_LT(units[0].pts, units[3].pts);
  EXPECT_LT(units[3].pts, units[2].pts);
  EXPECT_LT(units[2].pts, 0s);
  EXPECT_GT(units[0].pts, -1ms);
  for (auto const& unit : units) EXPECT_LE(unit.dts, unit.pts);
  for (std::size_t i = 1; i < units.size(); ++i) EXPECT_LT(units[i - 1].dts, units[i].dts);
}

hls::Time end_of(hls::Next next) {
  // The last one is shown for three times as long as the film's table says, which counts in order of decoding.
  hls::Samples samples{video(), {picture(0s, true), picture(40ms), picture(80ms)}, {}};
  hls::set_decoding_times(samples, 40ms, 40ms, 200ms, next);
  return samples.end;
}

TEST(DecodingTimes, GoOnWithoutAHoleBehindALongPicture) {
  EXPECT_EQ(end_of(hls::Next::closed), 160ms);
  EXPECT_EQ(end_of(hls::Next::maybe_open), 80ms);  // leading pictures at 120 and 160 ms
  EXPECT_EQ(end_of(hls::Next::nothing), 80ms);
}

TEST(DecodingTimes, MayBeginWhenTheFirstPictureIsShown) {
  hls::Samples samples{video(), {picture(0s, true), picture(160ms), picture(80ms), picture(40ms), picture(120ms)}, {}};
  for (auto const time : {320ms, 240ms, 200ms, 280ms, 360ms}) samples.units.push_back(picture(time));
  hls::set_decoding_times(samples, 120ms, 40ms, 400ms, hls::Next::closed);
  auto const last = samples.units.back().dts;
  hls::decode_at_once(samples);
  EXPECT_EQ(samples.units.front().dts, 0s);
  EXPECT_EQ(samples.units.back().dts, last);
  EXPECT_EQ(samples.end, 280ms);
  for (auto const& unit : samples.units) EXPECT_LE(unit.dts, unit.pts);
  for (std::size_t i = 1; i < samples.units.size(); ++i) EXPECT_LT(samples.units[i - 1].dts, samples.units[i].dts);
}

TEST(Gathering, KnowsThatAnIdrPictureHasNoLeadingOnes) {
  auto const next_is_closed = [](std::uint8_t nal) {
    auto track = video();
    track.codec = hls::Codec::h264;
    Gathering gathering({.begin = 0s, .end = 2s, .first = true, .picture = 40ms}, {track}, {}, 0);
    gathering.take(track, picture(0s, true));
    auto key = picture(2s, true);
    key.data = {0, 0, 0, 2, nal, 0x88};
    gathering.take(track, std::move(key));
    EXPECT_EQ(gathering.next(), 2s);
    return gathering.next_is_closed();
  };
  EXPECT_TRUE(next_is_closed(0x65));
  EXPECT_FALSE(next_is_closed(0x41));
}

}  // namespace
