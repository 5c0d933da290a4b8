// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/silence.hpp"

#include "hls/aac_encoder.hpp"
#include "hls/sound_decoder.hpp"
#include "hls/sound_grid.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace {

using namespace std::chrono_literals;
using hls::Codec;
using hls::Time;

hls::Track track_of(Codec codec, int samples, int channels = 2, int rate = 48000) {
  hls::Track track;
  track.kind = hls::Kind::audio;
  track.codec = codec;
  track.sample_rate = rate;
  track.channels = channels;
  track.frame_samples = samples;
  if (codec == Codec::aac) track.codec_data = hls::aac_config(rate, channels);
  return track;
}

/// Of the whole line, cut into segments of 2 s: 0 to 10 s; frames of sound in [from, to) are there already.
std::vector<hls::AccessUnit> filled(hls::Track const& track, Time origin, Time from, Time to) {
  std::vector<hls::AccessUnit> all;
  auto const length = hls::frame_length(track);
  for (Time begin = 0s; begin < 10s; begin += 2s) {
    hls::Samples sound{track, {}, begin + 2s};
    for (std::int64_t n = 0; n < 600; ++n) {
      auto const pts = hls::snapped(track, origin, origin + n * length);
      if (pts >= std::max(from, begin) && pts < std::min<Time>(to, begin + 2s))
        sound.units.push_back({.pts = pts, .dts = pts, .duration = length, .key = true, .data = {1}});
    }
    hls::fill_with_silence(sound, {begin, begin + 2s}, origin);
    if (!sound.units.empty()) {
      EXPECT_EQ(sound.end, sound.units.back().pts + length);
    }
    all.insert(all.end(), sound.units.begin(), sound.units.end());
  }
  return all;
}

void expect_no_hole(std::vector<hls::AccessUnit> const& units, Time length) {
  ASSERT_FALSE(units.empty());
  EXPECT_LT(units.front().pts, length);
  EXPECT_GE(units.back().pts + length, 10s - 1us);
  for (std::size_t i = 1; i < units.size(); ++i)
    EXPECT_LE(std::chrono::abs(units[i].pts - units[i - 1].pts - length), 2us) << i << " at " << units[i].pts.count();
}

TEST(Silence, FollowsSoundThatEndsEarlyWithoutASeam) {
  for (auto const& track : {track_of(Codec::aac, 1024), track_of(Codec::aac, 1024, 1, 44100),
                            track_of(Codec::ac3, 1536, 6), track_of(Codec::opus, 960)}) {
    SCOPED_TRACE(hls::name_of(track.codec));
    expect_no_hole(filled(track, -21ms, 0s, 4700ms), hls::frame_length(track));
  }
}

TEST(Silence, ComesBeforeSoundThatBeginsLate) {
  auto const track = track_of(Codec::aac, 1024);
  expect_no_hole(filled(track, 10ms, 4700ms, 20s), hls::frame_length(track));
}

TEST(Silence, IsNotPutIntoShortHoles) {
  auto const units = filled(track_of(Codec::aac, 1024), 0s, 300ms, 9700ms);
  for (auto const& unit : units) EXPECT_EQ(unit.data, hls::Bytes{1});
}

class OfCodec : public testing::TestWithParam<hls::Track> {};

TEST_P(OfCodec, IsDecodedAsNothing) {
  auto const& track = GetParam();
  auto const frame = hls::silent_frame(track);
  ASSERT_FALSE(frame.empty());
  std::vector<hls::AccessUnit> units;
  for (int n = 0; n < 20; ++n) {
    hls::AccessUnit unit;
    unit.pts = n * hls::frame_length(track);
    unit.duration = hls::frame_length(track);
    unit.data = frame;
    units.push_back(std::move(unit));
  }
  std::size_t samples = 0;
  for (auto const& block : hls::decode_sound(track, units, 2))
    for (float const sample : block.pcm[0]) {
      ASSERT_LT(std::abs(sample), 1e-3F);
      ++samples;
    }
  EXPECT_GE(samples, 18U * static_cast<std::size_t>(track.frame_samples));
}

INSTANTIATE_TEST_SUITE_P(Silence, OfCodec,
                         testing::Values(track_of(Codec::aac, 1024), track_of(Codec::aac, 1024, 6),
                                         track_of(Codec::mp3, 1152), track_of(Codec::ac3, 1536, 6),
                                         track_of(Codec::eac3, 1536), track_of(Codec::opus, 960)));

}  // namespace
