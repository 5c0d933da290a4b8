// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/sound_coder.hpp"

#include "sound_film.hpp"
#include "support/child.hpp"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>

using namespace std::chrono_literals;
using namespace hls_test;

namespace {

hls::Time end_of(hls::Samples const& source) { return source.units.back().pts + 30ms; }

/// Of odd lengths, so that joints fall anywhere in a frame.
std::vector<hls::Segment> segments_of(hls::Time begin, hls::Time end) {
  std::vector<hls::Segment> segments;
  std::array const lengths{2003ms, 1730ms, 2291ms, 999ms};
  while (begin < end) {
    auto const stop = begin + lengths[segments.size() % lengths.size()];
    auto const is_last = stop + 500ms >= end;
    segments.push_back({begin, is_last ? end : stop});
    begin = segments.back().end;
  }
  return segments;
}

/// As Cutter::sound() would give it.
hls::Samples around(hls::Samples const& source, hls::Segment const& segment, bool first, bool last) {
  hls::Samples part{.track = source.track};
  for (auto const& unit : source.units)
    if ((first || unit.pts >= segment.begin - hls::sound_before) && (last || unit.pts < segment.end + hls::sound_after))
      part.units.push_back(unit);
  return part;
}

hls::Samples code(hls::Samples const& source, std::vector<hls::Segment> const& segments, std::size_t index,
                  hls::Time origin) {
  auto const first = index == 0;
  auto const last = index + 1 == segments.size();
  return hls::code_sound(around(source, segments[index], first, last), segments[index], origin, first, last);
}

struct Coded {
  hls::Samples all;
  std::vector<std::size_t> joints;  ///< frames
};
Coded code_all(hls::Samples const& source, std::vector<hls::Segment> const& segments, hls::Time origin) {
  Coded coded{.all = {.track = hls::coded_track(source.track)}};
  for (std::size_t i = 0; i < segments.size(); ++i) {
    auto part = code(source, segments, i, origin);
    if (i > 0) {
      EXPECT_EQ(part.units.front().pts, coded.all.end);
      coded.joints.push_back(coded.all.units.size());
    }
    for (auto& unit : part.units) coded.all.units.push_back(std::move(unit));
    coded.all.end = part.end;
  }
  return coded;
}

void expect_same_sound(Coded const& coded, Sound const& should, double median = 30, double worst = 15) {
  auto const is = decode_aac(coded.all);
  ASSERT_EQ(is.size(), should.size());
  for (std::size_t c = 0; c < is.size(); ++c) {
    // Players cut what their encoders filled the last frame up with; the frame counts itself.
    EXPECT_GE(is[c].size(), should[c].size());
    EXPECT_LE(is[c].size(), should[c].size() + 4 * 1024);
    EXPECT_EQ(lag(is[c], should[c]), 0);
    auto windows = snr(is[c], should[c]);
    ASSERT_GT(windows.size(), 10U);
    std::vector<double> joints;
    for (auto const joint : coded.joints)
      if (joint < windows.size()) joints.push_back(windows[joint]);
    // A decoder has no frame before the first one to overlap with.
    windows.erase(windows.begin());
    auto const middle = quantile(windows, 0.5);
    std::printf("  channel %zu: median %.1f p1 %.1f min %.1f, joints min %.1f median %.1f dB\n", c, middle,
                quantile(windows, 0.01), quantile(windows, 0), quantile(joints, 0), quantile(joints, 0.5));
    EXPECT_GT(middle, median);
    EXPECT_GT(quantile(windows, 0.01), worst);
    EXPECT_GT(quantile(joints, 0), std::min({quantile(windows, 0.05), middle - 10, 30.})) << "a click at a joint";
  }
}

SoundRecipe const recipes[] = {
    {"ac3", "mkv", {"-c:a", "ac3", "-b:a", "192k"}},
    {"ac3-51", "mkv", {"-c:a", "ac3", "-b:a", "448k"}, 48000, "5.1(side)"},
    {"ac3-ts", "ts", {"-c:a", "ac3", "-b:a", "192k", "-mpegts_copyts", "1"}},
    {"ac3-44k", "mkv", {"-c:a", "ac3", "-b:a", "192k"}, 44100},
    {"eac3", "mkv", {"-c:a", "eac3", "-b:a", "192k"}},
    {"dts", "mkv", {"-c:a", "dca", "-strict", "-2", "-b:a", "768k"}},
    {"dts-51", "mkv", {"-c:a", "dca", "-strict", "-2", "-b:a", "1536k"}, 48000, "5.1(side)"},
    {"truehd", "mkv", {"-c:a", "truehd", "-strict", "-2"}},
    {"truehd-51", "mkv", {"-c:a", "truehd", "-strict", "-2"}, 48000, "5.1"},
    {"truehd-96k", "mkv", {"-c:a", "truehd", "-strict", "-2"}, 96000},
    {"mp2", "mkv", {"-c:a", "mp2", "-b:a", "256k"}},
    {"mp3", "mkv", {"-c:a", "libmp3lame", "-b:a", "192k"}},
    {"mp3-44k", "mkv", {"-c:a", "libmp3lame", "-q:a", "2"}, 44100},
    {"mp3-avi", "avi", {"-c:a", "libmp3lame", "-b:a", "192k"}},
    {"mp3-22k-mono", "mkv", {"-c:a", "libmp3lame", "-b:a", "64k"}, 22050, "mono"},
    {"opus", "mkv", {"-c:a", "libopus", "-b:a", "160k"}},
    {"opus-51", "mkv", {"-c:a", "libopus", "-b:a", "320k"}, 48000, "5.1"},
    {"opus-60ms", "webm", {"-c:a", "libopus", "-b:a", "160k", "-frame_duration", "60"}},
    {"vorbis", "mkv", {"-c:a", "libvorbis", "-q:a", "6"}, 48000, "stereo", 128},
    {"vorbis-44k", "mkv", {"-c:a", "libvorbis", "-q:a", "6"}, 44100, "stereo", 128},
    {"flac", "mkv", {"-c:a", "flac"}},
    {"flac-24-96k", "mkv", {"-c:a", "flac", "-sample_fmt", "s32"}, 96000},
    {"flac-176k", "mkv", {"-c:a", "flac", "-sample_fmt", "s32"}, 176400},
    {"flac-192k", "mkv", {"-c:a", "flac", "-sample_fmt", "s32"}, 192000},
    {"flac-71", "mkv", {"-c:a", "flac"}, 48000, "7.1"},
    {"alac", "m4a", {"-c:a", "alac"}},
    {"alac-mkv", "mkv", {"-c:a", "alac"}, 44100},
    {"wmav2", "asf", {"-c:a", "wmav2", "-b:a", "192k"}, 44100, "stereo", 4096},
    {"wmav1", "asf", {"-c:a", "wmav1", "-b:a", "192k"}, 44100, "stereo", 4096},
    {"pcm16", "mkv", {"-c:a", "pcm_s16le"}},
    {"pcm16-wav", "wav", {"-c:a", "pcm_s16le"}, 44100},
    {"pcm24", "mkv", {"-c:a", "pcm_s24le"}},
    {"pcmf", "mkv", {"-c:a", "pcm_f32le"}},
    {"alaw-8k", "wav", {"-c:a", "pcm_alaw"}, 8000, "mono"},
    {"aac", "mkv", {"-c:a", "aac", "-b:a", "192k"}},
    {"aac-51", "mkv", {"-c:a", "aac", "-b:a", "400k"}, 48000, "5.1"},
    {"tta", "mkv", {"-c:a", "tta"}},
    {"wavpack", "mkv", {"-c:a", "wavpack"}},
};

SoundRecipe const& recipe(std::string const& name) {
  return *std::find_if(std::begin(recipes), std::end(recipes), [&](auto const& one) { return one.name == name; });
}

struct Film {
  explicit Film(SoundRecipe const& recipe) : source(frames_of(sound_file(recipe))) {
    origin = source.units.front().pts;
    segments = segments_of(origin, end_of(source));
    rate = hls::coded_track(source.track).sample_rate;
    if (rate == source.track.sample_rate) {
      should = down(heard(sound_file(recipe), source.track.channels));
      for (auto& channel : should) channel.insert(channel.begin(), static_cast<std::size_t>(recipe.late), 0.F);
    } else {  // what is resampled in one go
      should = decode_aac(code_all(source, {{origin, end_of(source)}}, origin).all);
    }
  }
  /// dB of the windows of the left channel.
  [[nodiscard]] std::vector<double> windows() const {
    return snr(decode_aac(code_all(source, segments, origin).all)[0], should[0]);
  }
  [[nodiscard]] std::size_t window_at(double second) const { return static_cast<std::size_t>(second * rate / 1024); }
  [[nodiscard]] static double worst(std::vector<double> const& windows, std::size_t begin, std::size_t end) {
    return quantile({windows.begin() + static_cast<long>(begin), windows.begin() + static_cast<long>(end)}, 0.05);
  }

  hls::Samples source;
  Sound should;
  hls::Time origin;
  std::vector<hls::Segment> segments;
  int rate;
};

class Sounds : public testing::TestWithParam<SoundRecipe> {};

TEST_P(Sounds, AreTheSameWithoutASeam) {
  Film const film(GetParam());
  ASSERT_TRUE(hls::can_code(film.source.track));
  auto const coded = code_all(film.source, film.segments, film.origin);
  EXPECT_EQ(coded.all.track.channels, GetParam().layout == "mono" ? 1 : 2);
  EXPECT_EQ(coded.all.track.sample_rate, film.rate);
  expect_same_sound(coded, film.should,
                    film.should.size() < static_cast<std::size_t>(film.source.track.channels) ? 25 : 30);
}

TEST_P(Sounds, AreTheSameInAnyOrder) {
  auto const source = frames_of(sound_file(GetParam()));
  auto const origin = source.units.front().pts;
  auto const segments = segments_of(origin, end_of(source));
  std::vector<hls::Samples> forwards;
  for (std::size_t i = 0; i < segments.size(); ++i) forwards.push_back(code(source, segments, i, origin));
  for (auto i = segments.size(); i-- > 0;) {
    auto const again = code(source, segments, i, origin);
    ASSERT_EQ(again.units.size(), forwards[i].units.size());
    for (std::size_t u = 0; u < again.units.size(); ++u) {
      EXPECT_EQ(again.units[u].data, forwards[i].units[u].data);
      EXPECT_EQ(again.units[u].pts, forwards[i].units[u].pts);
    }
  }
}

TEST_P(Sounds, DamageCostsItselfOnly) {
  Film film(GetParam());
  std::minstd_rand random(5);
  for (auto& unit : film.source.units)
    if (unit.pts > 7s && unit.pts < 7200ms)
      for (std::size_t i = 0; i < unit.data.size(); i += 3) unit.data[i] = static_cast<std::uint8_t>(random());
  auto const windows = film.windows();
  EXPECT_GT(film.worst(windows, 2, film.window_at(6.8)), 20);
  EXPECT_GT(film.worst(windows, film.window_at(7.5), windows.size() - 2), 20);
}

TEST_P(Sounds, OfNoiseAreNoReasonToFail) {
  auto source = frames_of(sound_file(GetParam()));
  source.units.resize(60);
  std::minstd_rand random(3);
  for (auto& unit : source.units)
    for (auto& byte : unit.data) byte = static_cast<std::uint8_t>(random());
  source.units[20].data.clear();
  source.units[30].pts = hls::Time::max();
  source.units[31].pts = hls::Time::min();
  EXPECT_EQ(hls::code_sound(source, {0s, 2s}, 0s, true, false).units.size(),
            static_cast<std::size_t>(std::ceil(2. * hls::coded_track(source.track).sample_rate / 1024)));
}

INSTANTIATE_TEST_SUITE_P(Codecs, Sounds, testing::ValuesIn(recipes), [](auto const& info) {
  auto name = info.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

std::string all_bytes(hls::Samples const& samples) {
  std::string bytes;
  for (auto const& unit : samples.units) bytes.append(unit.data.begin(), unit.data.end());
  return bytes;
}

TEST(SoundCoder, AGapIsSilenceOfTheRightLength) {
  Film film(recipe("ac3"));
  std::erase_if(film.source.units, [](auto const& unit) { return unit.pts >= 7s && unit.pts < 8500ms; });
  auto const pcm = decode_aac(code_all(film.source, film.segments, film.origin).all);
  auto const windows = snr(pcm[0], film.should[0]);
  for (auto i = film.window_at(7.1); i < film.window_at(8.4); ++i)
    EXPECT_LT(std::abs(pcm[0][i * 1024 + 500]), 1e-4) << "at window " << i;
  EXPECT_GT(film.worst(windows, 2, film.window_at(6.9)), 25);
  EXPECT_GT(film.worst(windows, film.window_at(8.7), windows.size() - 2), 25);
}

TEST(SoundCoder, JitterIsNotHeard) {
  Film film(recipe("ac3"));
  std::minstd_rand random(7);
  std::uniform_int_distribution<int> by(-1000, 1000);
  for (auto& unit : film.source.units)
    if (&unit != &film.source.units.front()) unit.pts += std::chrono::microseconds(by(random));
  // A few that are quite wrong.
  film.source.units[100].pts += 15ms;
  film.source.units[200].pts -= 12ms;
  EXPECT_GT(quantile(film.windows(), 0.02), 25);
}

TEST(SoundCoder, BeginsLateEndsEarly) {
  Film const film(recipe("ac3"));
  // The film is 3 s longer than its sound at either end.
  auto const begin = film.origin - 3s;
  auto const end = film.source.units.back().pts + 32ms;
  auto const segments = segments_of(begin, end + 3s);
  auto const coded = code_all(film.source, segments, film.origin);
  EXPECT_LT(coded.all.units.front().pts - begin, 22ms);
  EXPECT_GE(coded.all.units.front().pts, begin);
  EXPECT_GE(coded.all.end, end);
  auto const silence = static_cast<std::size_t>(std::count_if(
      coded.all.units.begin(), coded.all.units.end(), [&](auto const& unit) { return unit.pts < film.origin; }));
  auto pcm = decode_aac(coded.all);
  pcm[0].erase(pcm[0].begin(), pcm[0].begin() + static_cast<long>(silence) * 1024);
  EXPECT_GT(quantile(snr(pcm[0], film.should[0]), 0.02), 25);
}

TEST(SoundCoder, AnHourLaterIsTheSame) {
  Film film(recipe("ac3"));
  auto const here = all_bytes(code(film.source, film.segments, 2, film.origin));
  for (auto& unit : film.source.units) unit.pts += 26h;
  for (auto& segment : film.segments) segment = {segment.begin + 26h, segment.end + 26h};
  EXPECT_EQ(all_bytes(code(film.source, film.segments, 2, film.origin + 26h)), here);
}

TEST(SoundCoder, MoreThanItAskedForChangesNothing) {
  Film const film(recipe("mp3"));
  auto const here = code(film.source, film.segments, 3, film.origin);
  EXPECT_EQ(all_bytes(hls::code_sound(film.source, film.segments[3], film.origin, false, false)), all_bytes(here));
}

TEST(SoundCoder, AnotherProcessMakesTheSame) {
  Film const film(recipe("ac3-51"));
  auto const sum = std::hash<std::string>()(all_bytes(code(film.source, film.segments, 2, film.origin)));
  if (auto const* expected = std::getenv("HLS_SOUND_SUM")) {
    EXPECT_EQ(std::to_string(sum), expected);
    return;
  }
  auto const again = support::run({std::filesystem::read_symlink("/proc/self/exe").string(),
                                   "--gtest_filter=SoundCoder.AnotherProcessMakesTheSame"},
                                  {.environment = {{"HLS_SOUND_SUM", std::to_string(sum)}}});
  EXPECT_TRUE(again.ok()) << again.out;
}

TEST(SoundCoder, ChoosesRates) {
  auto const rate = [](hls::Codec codec, int from) {
    return hls::coded_track({.kind = hls::Kind::audio, .codec = codec, .sample_rate = from, .channels = 2}).sample_rate;
  };
  EXPECT_EQ(rate(hls::Codec::flac, 48000), 48000);
  EXPECT_EQ(rate(hls::Codec::flac, 44100), 44100);
  EXPECT_EQ(rate(hls::Codec::flac, 192000), 48000);
  EXPECT_EQ(rate(hls::Codec::flac, 176400), 44100);
  EXPECT_EQ(rate(hls::Codec::mp3, 22050), 22050);
  EXPECT_EQ(rate(hls::Codec::pcm, 37800), 48000);
  EXPECT_EQ(rate(hls::Codec::pcm, 0), 48000);
  EXPECT_EQ(rate(hls::Codec::aac, 24000), 48000) << "band replication";
}

TEST(SoundCoder, KnowsWhatItCanNot) {
  EXPECT_FALSE(hls::can_code({.kind = hls::Kind::audio, .codec = hls::Codec::other_audio, .caps = "audio/x-ac4"}));
  EXPECT_FALSE(hls::can_code({.kind = hls::Kind::audio, .codec = hls::Codec::pcm}));
  EXPECT_FALSE(hls::can_code({.kind = hls::Kind::video, .codec = hls::Codec::h264}));
}

}  // namespace
