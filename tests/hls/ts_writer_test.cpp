// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ts_writer.hpp"

#include "hls/coded_film.hpp"
#include "hls/ticks.hpp"
#include "hls/ts_checker.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace hls_test;
using namespace std::chrono_literals;
using hls::Bytes;
using hls::Codec;
using hls::Time;

std::vector<Bytes> segments_of(LocalFilm const& film) {
  std::vector<Bytes> all;
  for (std::size_t i = 0; i < film.segments.size(); ++i)
    all.push_back(hls::ts_segment(film.cut(i), static_cast<std::uint32_t>(i)));
  return all;
}

/// The source's pictures, shifted as the segments are.
auto shifted(std::multimap<std::int64_t, std::string> const& from) {
  std::multimap<std::int64_t, std::string> to;
  for (auto const& [time, hash] : from) to.emplace(time + 900000, hash);
  return to;
}

class TsFilm : public testing::TestWithParam<CodedFilm> {};

TEST_P(TsFilm, DecodesToTheSource) {
  auto const& [name, video, audio] = GetParam();
  auto const path = coded_film(name, video, audio);
  auto const film = read_film(path);
  auto const segments = segments_of(film);
  ASSERT_GE(segments.size(), 3U);
  check_ts(segments);
  for (std::size_t i = 0; i < segments.size(); ++i)
    EXPECT_EQ(segments[i], hls::ts_segment(film.cut(i), static_cast<std::uint32_t>(i)));

  support::TempDir folder;
  write(folder / "all.ts", segments);
  if (!video.empty()) {
    EXPECT_EQ(pictures(folder / "all.ts"), shifted(pictures(path)));
    write(folder / "one.ts", {segments[1]});  // by itself: the same pictures
    EXPECT_EQ(pictures(folder / "one.ts").size(), film.cut(1)[0].units.size());
  }
  if (!audio.empty()) {
    EXPECT_EQ(sound(folder / "all.ts"), sound(path));
  }
}

std::vector<std::string> const aac{"-c:a", "aac"};

INSTANTIATE_TEST_SUITE_P(
    All, TsFilm,
    testing::Values(CodedFilm{"h264-aac.mp4", small_h264, aac},
                    CodedFilm{"h264-interlaced-mp3.mp4",
                              {"-c:v", "libx264", "-preset", "superfast", "-flags", "+ildct+ilme", "-x264-params",
                               "tff=1", "-vf", "scale=160:96", "-g", "25", "-pix_fmt", "yuv420p"},
                              {"-c:a", "libmp3lame"}},
                    CodedFilm{"hevc-ac3.mp4",
                              {"-c:v", "libx265", "-preset", "superfast", "-x265-params",
                               "log-level=none:keyint=25:open-gop=0", "-tag:v", "hvc1", "-pix_fmt", "yuv420p"},
                              {"-c:a", "ac3"}},
                    CodedFilm{"mpeg2-mp2.ts",
                              {"-c:v", "mpeg2video", "-bf", "2", "-g", "12", "-q:v", "3", "-sc_threshold", "1000000000",
                               "-flags", "+cgop"},
                              {"-c:a", "mp2", "-ac", "2"}},
                    CodedFilm{"h264-eac3.mp4", small_h264, {"-c:a", "eac3"}},
                    CodedFilm{"h264-dts.mp4", small_h264, {"-c:a", "dca", "-ac", "2"}}, CodedFilm{"sound.m4a", {}, aac},
                    CodedFilm{"slow-aac.mp4",
                              {"-vf", "fps=1", "-bf", "0", "-c:v", "libx264", "-preset", "superfast", "-g", "2",
                               "-pix_fmt", "yuv420p"},
                              aac}),
    [](auto const& one) {
      std::string name = one.param.name;
      std::replace_if(
          name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
      return name;
    });

hls::Track avc_track() {
  hls::Track track;
  track.codec = Codec::h264;
  track.codec_data = {1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 5, 0x67, 0x64, 0, 0x1f, 0xaa, 1, 0, 3, 0x68, 0xee, 0x3c};
  return track;
}
hls::Track aac_track() {
  hls::Track track;
  track.kind = hls::Kind::audio;
  track.codec = Codec::aac;
  track.codec_data = {0x11, 0x90};
  track.sample_rate = 48000;
  track.frame_samples = 1024;
  return track;
}
Bytes nal_unit(std::initializer_list<Bytes> nals) {
  Bytes unit;
  for (auto const& nal : nals) {
    for (int i = 3; i >= 0; --i) unit.push_back(static_cast<std::uint8_t>(nal.size() >> (8 * i)));
    unit.insert(unit.end(), nal.begin(), nal.end());
  }
  return unit;
}
hls::Samples pictures_every(Time step, int count, Time begin, std::size_t size = 100) {
  hls::Samples samples{avc_track(), {}, {}};
  for (int i = 0; i < count; ++i) {
    Bytes slice(size, 7);
    slice[0] = i == 0 ? 0x65 : 0x41;
    samples.units.push_back({begin + i * step, begin + i * step, step, i == 0, nal_unit({slice})});
  }
  samples.end = begin + count * step;
  return samples;
}
hls::Samples sound_of(int count, Time begin) {
  hls::Samples samples{aac_track(), {}, {}};
  auto const at = [&](int i) { return begin + Time(std::int64_t{i} * 1024 * 1'000'000'000 / 48000); };
  for (int i = 0; i < count; ++i) samples.units.push_back({at(i), at(i), {}, true, Bytes(200, 1)});
  samples.end = at(count);
  return samples;
}

TEST(TsWriter, WritesParameterSetsOfTheStreamBeforeThoseOfTheHeader) {
  Bytes const other_sps{0x67, 0x64, 0, 0x28, 0xab}, sps{0x67, 0x64, 0, 0x1f, 0xaa}, pps{0x68, 0xee, 0x3c};
  Bytes const start{0, 0, 0, 1}, delimiter{9, 0xf0};
  auto samples = pictures_every(40ms, 3, 0s, 2);
  samples.units[0].data = nal_unit({{9, 0x10}, {0x65, 7}});
  samples.units[1].data = nal_unit({other_sps, {0x65, 8}});
  samples.units[2].data = nal_unit({{0x65, 9}});
  samples.units[1].key = samples.units[2].key = true;
  auto const seen = check_ts({hls::ts_segment({samples})});
  auto const joined = [&](std::initializer_list<Bytes> parts) {
    Bytes all;
    for (auto const& part : parts) {
      all.insert(all.end(), start.begin(), start.end());
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  };
  auto const& packets = seen.streams.at(0x100).packets;
  ASSERT_EQ(packets.size(), 3U);
  EXPECT_EQ(packets[0].payload, joined({delimiter, sps, pps, {0x65, 7}}));
  EXPECT_EQ(packets[1].payload, joined({delimiter, other_sps, pps, {0x65, 8}}));
  EXPECT_EQ(packets[2].payload, joined({delimiter, other_sps, pps, {0x65, 9}})) << "the later set holds";
}

TEST(TsWriter, ClockRunsThroughLongPicturesAndOverTheWrap) {
  // 2^33 / 90000 = 95443.7 s; shifted by 10 s.
  std::vector<Bytes> segments;
  auto begin = Time(95430s);
  for (std::uint32_t i = 0; i < 4; ++i, begin += 4s)
    segments.push_back(hls::ts_segment({pictures_every(1s, 4, begin), sound_of(187, begin)}, i));
  auto const seen = check_ts(segments);
  EXPECT_LT(seen.pcrs.back(), seen.pcrs.front());
  EXPECT_EQ(seen.streams.at(0x100).packets.size(), 16U);
  EXPECT_EQ(seen.streams.at(0x100).packets[0].pts, 95440LL * 90000);
}

TEST(TsWriter, TracksWithoutUnitsKeepTheirPlace) {
  auto const empty = [](hls::Samples samples) {
    samples.units.clear();
    return samples;
  };
  auto other = sound_of(94, 0s);
  other.track.language = "de-AT";
  auto const seen =
      check_ts({hls::ts_segment({pictures_every(40ms, 50, 0s), sound_of(94, 0s), other}, 0),
                hls::ts_segment({empty(pictures_every(40ms, 50, 2s)), sound_of(94, 2s), empty(other)}, 1),
                hls::ts_segment({pictures_every(40ms, 50, 4s), empty(sound_of(1, 4s)), empty(other)}, 2)});
  EXPECT_EQ(seen.pcr_pid, 0x100);
  EXPECT_EQ(seen.streams.size(), 3U);
  EXPECT_EQ(seen.streams.at(0x102).descriptors, (Bytes{0x0a, 4, 'd', 'e', 'u', 0}));
  EXPECT_EQ(seen.streams.at(0x102).packets[0].stream_id, 0xc1);
}

TEST(TsWriter, AnySizeOfPicture) {
  for (std::size_t size = 1; size < 700; ++size) {
    auto const seen = check_ts({hls::ts_segment({pictures_every(40ms, 2, 0s, size)}, 0),
                                hls::ts_segment({pictures_every(40ms, 2, 80ms, size)}, 1)});
    EXPECT_EQ(seen.streams.at(0x100).packets.size(), 4U);
    EXPECT_EQ(seen.streams.at(0x100).packets[1].payload.size(), size + 4 + 6);
  }
  auto const large = check_ts({hls::ts_segment({pictures_every(40ms, 3, 0s, 200'000)})});
  EXPECT_EQ(large.streams.at(0x100).packets[2].payload.size(), 200'000U + 10);
}

TEST(TsWriter, SkipsWhatIsNoUnit) {
  auto sound = sound_of(5, 0s);
  sound.units[1].data.clear();
  sound.units[2].data.resize(8185);  // an ADTS frame's length has 13 bits
  auto video = pictures_every(40ms, 3, 0s);
  video.units[1].data.clear();
  video.units[2].data = {0xff, 0xff, 0xff, 0xff, 1, 2, 3};
  auto const seen = check_ts({hls::ts_segment({video, sound})});
  std::size_t bytes = 0;
  for (auto const& packet : seen.streams.at(0x101).packets) bytes += packet.payload.size();
  EXPECT_EQ(bytes, 3 * 207U);
  EXPECT_EQ(hls::ts_segment({}).size(), 2 * 188U);
}

TEST(TsWriter, TimesOfADamagedFilmBreakNothing) {
  auto video = pictures_every(40ms, 5, 0s);
  video.units[1].dts = video.units[1].pts = Time::max();
  video.units[2].dts = video.units[2].pts = Time::min();
  video.end = Time::max();
  auto sound = sound_of(5, 0s);
  sound.units[1].pts = Time::min();
  sound.units[2].pts = Time::max();
  sound.track.frame_samples = 0;
  for (auto& unit : sound.units) unit.duration = Time::max();
  auto const segment = hls::ts_segment({video, sound});
  EXPECT_EQ(segment.size() % 188, 0U);
  EXPECT_LT(segment.size(), 4'000'000U);
}

TEST(TsWriter, ManySoundTracksHaveTablesOfSeveralPackets) {
  std::vector<Bytes> segments;
  for (std::uint32_t i = 0; i < 3; ++i) {
    hls::Cut cut{pictures_every(40ms, 50, i * 2s)};
    for (int n = 0; n < 31; ++n) cut.push_back(sound_of(94, i * 2s));
    for (auto& one : cut) one.track.language = "eng";
    segments.push_back(hls::ts_segment(cut, i));
    cut.push_back(cut.back());
    EXPECT_THROW((void)hls::ts_segment(cut), std::invalid_argument);
  }
  EXPECT_EQ(check_ts(segments).streams.size(), 32U);
}

TEST(TsWriter, CarriesWhatItCanSay) {
  hls::Track track = aac_track();
  EXPECT_TRUE(hls::ts_carries(track));
  for (auto const& refused :
       {Bytes{}, Bytes{0x11}, Bytes{0x11, 0x80} /* config 0 */, Bytes{0xb9, 0x90} /* ER AAC LD */,
        Bytes{0x11, 0x94} /* 960 samples */, Bytes{0x17, 0x80, 0x91, 0xa2, 0x10} /* odd rate */}) {
    track.codec_data = refused;
    EXPECT_FALSE(hls::ts_carries(track)) << testing::PrintToString(refused);
  }
  track.codec_data = {0x2b, 0x92, 0x08, 0x00};  // HE-AAC, said explicitly
  EXPECT_TRUE(hls::ts_carries(track));
  for (auto const codec : {Codec::opus, Codec::flac, Codec::vp9, Codec::av1, Codec::truehd, Codec::plain_text}) {
    track.codec = codec;
    EXPECT_FALSE(hls::ts_carries(track));
    EXPECT_THROW((void)hls::ts_segment({{track, {}, {}}}), std::invalid_argument);
  }
}

TEST(Ticks, RoundAndWrap) {
  EXPECT_EQ(hls::ticks(0s, 90000), 900000);
  EXPECT_EQ(hls::ticks(-10s, 90000), 0);
  EXPECT_EQ(hls::ticks(-11s, 90000), -90000);
  EXPECT_EQ(hls::ticks33(-11s), (1LL << 33) - 90000);
  EXPECT_EQ(hls::ticks(Time(41'708'333), 24000), 240000 + 1001);
  // 23.976 pictures a second, rounded to a nanosecond either way, from 5 ms on at 44100 Hz: no jump of a sample.
  for (int n = 0; n < 100'000; ++n) {
    auto const at = [&](std::int64_t i, int round) {
      return Time(5'000'000 + (i * 1024 * 1'000'000'000 + round) / 44100);
    };
    EXPECT_EQ(hls::ticks(at(n + 1, 44099), 44100) - hls::ticks(at(n, 0), 44100), 1024);
  }
  (void)hls::ticks(Time::min(), 2'000'000'000);
  (void)hls::ticks(Time::max(), 2'000'000'000);
}

}  // namespace
