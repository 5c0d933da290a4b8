// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/cmaf_writer.hpp"

#include "hls/coded_film.hpp"
#include "hls/ticks.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <span>

namespace {

using namespace hls_test;
using namespace std::chrono_literals;
using hls::Bytes;
using hls::Codec;
using hls::Time;
using testing::HasSubstr;
using Span = std::span<std::uint8_t const>;

std::uint64_t number(Span bytes, std::size_t at, int size) {
  std::uint64_t value = 0;
  for (int i = 0; i < size; ++i) value = value << 8 | bytes[at + static_cast<std::size_t>(i)];
  return value;
}

/// Payloads of all boxes of that path, "moof/traf/tfdt".
std::vector<Span> boxes(Span in, std::string const& path) {
  std::vector<Span> found;
  auto const type = path.substr(0, 4);
  for (std::size_t at = 0; at + 8 <= in.size();) {
    auto const size = number(in, at, 4);
    EXPECT_GE(size, 8U);
    EXPECT_LE(size, in.size() - at);
    if (size < 8 || size > in.size() - at) break;
    auto const inside = in.subspan(at + 8, size - 8);
    if (std::equal(type.begin(), type.end(), in.begin() + static_cast<long>(at) + 4)) {
      if (path.size() == 4)
        found.push_back(inside);
      else
        for (auto const one : boxes(inside, path.substr(5))) found.push_back(one);
    }
    at += size;
  }
  return found;
}

struct Fragment {
  std::uint64_t time = 0, end = 0;
  std::vector<std::uint32_t> flags;
  std::uint64_t bytes = 0, offset = 0;
};
std::vector<Fragment> fragments(Bytes const& segment) {
  std::vector<Fragment> all;
  for (auto const traf : boxes(segment, "moof/traf")) {
    Fragment one;
    one.time = one.end = number(boxes(traf, "tfdt").at(0), 4, 8);
    auto const run = boxes(traf, "trun").at(0);
    bool const video = number(run, 0, 4) == 0x01000f01;
    one.offset = number(run, 8, 4);
    auto const count = number(run, 4, 4);
    for (std::size_t i = 0, at = 12; i < count; ++i, at += video ? 16 : 8) {
      one.end += number(run, at, 4);
      one.bytes += number(run, at + 4, 4);
      if (video) one.flags.push_back(static_cast<std::uint32_t>(number(run, at + 8, 4)));
    }
    all.push_back(one);
  }
  return all;
}

/// Nothing overlaps or is missing between segments; the data lie where the runs say.
void check_joints(std::vector<Bytes> const& segments) {
  std::vector<std::uint64_t> ends;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    EXPECT_EQ(number(boxes(segments[i], "moof/mfhd").at(0), 4, 4), i + 1);
    auto const all = fragments(segments[i]);
    auto const styp = number(segments[i], 0, 4), moof = number(segments[i], styp, 4);
    auto at = moof + 8;
    if (ends.empty()) ends.resize(all.size());
    ASSERT_EQ(all.size(), ends.size());
    for (std::size_t track = 0; track < all.size(); ++track) {
      if (i > 0) {
        EXPECT_EQ(all[track].time, ends[track]) << "segment " << i << ", track " << track;
      }
      ends[track] = all[track].end;
      EXPECT_EQ(all[track].offset, at);
      at += all[track].bytes;
    }
    EXPECT_EQ(styp + at, segments[i].size());
  }
}

class CmafFilm : public testing::TestWithParam<CodedFilm> {};

TEST_P(CmafFilm, DecodesToTheSource) {
  auto const& [name, video, audio] = GetParam();
  auto const path = coded_film(name, video, audio);
  auto const film = read_film(path);
  auto const init = hls::cmaf_init(film.tracks());
  std::vector<Bytes> segments, all{init};
  for (std::size_t i = 0; i < film.segments.size(); ++i) {
    segments.push_back(hls::cmaf_segment(static_cast<std::uint32_t>(i), film.cut(i)));
    EXPECT_EQ(segments.back(), hls::cmaf_segment(static_cast<std::uint32_t>(i), film.cut(i)));
  }
  ASSERT_GE(segments.size(), 3U);
  check_joints(segments);
  all.insert(all.end(), segments.begin(), segments.end());
  support::TempDir folder;
  write(folder / "all.mp4", all);
  if (!video.empty()) {
    std::multimap<std::int64_t, std::string> shifted;
    for (auto const& [time, hash] : pictures(path)) shifted.emplace(time + 900000, hash);
    EXPECT_EQ(pictures(folder / "all.mp4"), shifted);
    write(folder / "one.mp4", {init, segments[1]});
    EXPECT_EQ(pictures(folder / "one.mp4").size(), film.cut(1)[0].units.size());
  }
  if (!audio.empty()) {
    EXPECT_EQ(sound(folder / "all.mp4"), sound(path));
  }
  // What ffprobe reads of codec, profile and level is what it reads of the source.
  auto const fields =
      "stream=codec_name,profile,level,width,height,pix_fmt,color_range,color_space,"
      "color_transfer,color_primaries,sample_rate,channels,channel_layout,has_b_frames:stream_tags=language";
  EXPECT_EQ(probe({"-show_entries", fields, "-of", "flat"}, folder / "all.mp4"),
            probe({"-show_entries", fields, "-of", "flat"}, path));
}

INSTANTIATE_TEST_SUITE_P(
    All, CmafFilm,
    testing::Values(
        CodedFilm{"h264-aac.mp4", small_h264, {"-c:a", "aac"}},
        CodedFilm{"hevc10-ac3.mp4",
                  {"-c:v", "libx265", "-preset", "superfast", "-x265-params",
                   "log-level=none:keyint=25:open-gop=0:hdr-opt=1", "-tag:v", "hvc1", "-pix_fmt", "yuv420p10le",
                   "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"},
                  {"-c:a", "ac3", "-ac", "6"}},
        CodedFilm{"vp9-opus.mp4",
                  {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "25", "-pix_fmt", "yuv420p"},
                  {"-c:a", "libopus"}},
        CodedFilm{"vp9-444-flac.mp4",
                  {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "25", "-pix_fmt", "yuv444p"},
                  {"-c:a", "flac"}},
        CodedFilm{"av1-eac3.mp4",
                  {"-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-g", "25", "-pix_fmt", "yuv420p"},
                  {"-c:a", "eac3", "-ac", "6", "-metadata:s:a", "language=deu"}},
        CodedFilm{"h264-mp3.mp4", small_h264, {"-c:a", "libmp3lame"}},
        CodedFilm{"h264-alac.mp4", small_h264, {"-c:a", "alac"}},
        CodedFilm{"h264-dts.mp4", small_h264, {"-c:a", "dca", "-ac", "2"}}, CodedFilm{"sound.m4a", {}, {"-c:a", "aac"}},
        CodedFilm{"opus51.mp4", {}, {"-c:a", "libopus", "-ac", "6"}}),
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
  track.width = 160;
  track.height = 90;
  return track;
}

TEST(CmafWriter, TurnsAndStretchesThePicture) {
  support::TempDir folder;
  auto const film = read_film(coded_film("h264-aac.mp4", small_h264, {"-c:a", "aac"}));
  for (auto const& [rotation, said] : {std::pair{0, ""}, {90, "-90"}, {180, "180"}, {270, "90"}}) {
    auto cut = film.cut(0);
    cut.resize(1);
    cut[0].track.rotation = rotation;
    cut[0].track.pixel_width = 4;
    cut[0].track.pixel_height = 3;
    cut[0].track.transfer = 18;
    cut[0].track.primaries = cut[0].track.matrix = 9;
    write(folder / "turned.mp4", {hls::cmaf_init({cut[0].track}), hls::cmaf_segment(0, cut)});
    auto const seen = probe(
        {"-show_entries", "stream_side_data=rotation:stream=sample_aspect_ratio,color_transfer", "-of", "csv=p=0:nk=1"},
        folder / "turned.mp4");
    EXPECT_THAT(seen, HasSubstr("4:3"));
    EXPECT_THAT(seen, HasSubstr("arib-std-b67"));
    EXPECT_THAT(seen, HasSubstr(said));
  }
}

TEST(CmafWriter, MarksSyncSamples) {
  hls::Samples samples{avc_track(), {}, 160ms};
  for (int i = 0; i < 4; ++i) {
    auto const kind = static_cast<std::uint8_t>(i == 2 ? 0x65 : 0x41);  // IDR, else any slice
    samples.units.push_back(
        {.pts = i * 40ms, .dts = i * 40ms, .duration = 40ms, .key = i != 1, .data = Bytes{0, 0, 0, 2, kind, 1}});
  }
  EXPECT_EQ(fragments(hls::cmaf_segment(0, {samples})).at(0).flags,
            (std::vector<std::uint32_t>{0x02000000, 0x01010000, 0x02000000, 0x02010000}));
}

TEST(CmafWriter, TimesOfADamagedFilmBreakNothing) {
  hls::Samples samples{avc_track(), {}, Time::min()};
  for (auto const time : {Time(0), Time::max(), Time::min(), Time(40ms), Time(40ms)})
    samples.units.push_back({time == Time::min() ? Time::max() : -time, time, {}, false, {}});
  auto const one = fragments(hls::cmaf_segment(0xffffffff, {samples})).at(0);
  EXPECT_GE(one.end, one.time + 5);
  samples.units.clear();
  EXPECT_TRUE(fragments(hls::cmaf_segment(0, {samples})).empty());
}

TEST(CmafWriter, CarriesWhatItCanSay) {
  hls::Track track;
  for (auto const codec : {Codec::vp8, Codec::mpeg2, Codec::truehd, Codec::vorbis, Codec::plain_text, Codec::mp2,
                           Codec::flac, Codec::av1, Codec::aac, Codec::h264, Codec::h265, Codec::alac}) {
    track.codec = codec;
    track.kind = hls::kind_of(codec);
    EXPECT_FALSE(hls::cmaf_carries(track)) << hls::name_of(codec);
    EXPECT_THROW((void)hls::cmaf_init({track}), std::invalid_argument);
  }
  for (auto const codec : {Codec::vp9, Codec::ac3, Codec::eac3, Codec::opus, Codec::mp3, Codec::dts}) {
    track.codec = codec;
    track.kind = hls::kind_of(codec);
    EXPECT_TRUE(hls::cmaf_carries(track));
    EXPECT_GT(hls::cmaf_init({track}).size(), 500U);
  }
}

/// Chromium refuses FLAC of which the sample entry says otherwise.
TEST(CmafWriter, TheSampleEntryTellsTheDepth) {
  for (unsigned const depth : {16U, 24U}) {
    hls::Track track{.kind = hls::Kind::audio, .codec = Codec::flac, .sample_rate = 96000, .channels = 2};
    track.codec_data = Bytes(34, 0);
    track.codec_data[12] = static_cast<std::uint8_t>(1U << 1 | (depth - 1) >> 4);  // two channels
    track.codec_data[13] = static_cast<std::uint8_t>((depth - 1) << 4);
    auto const init = hls::cmaf_init({track});
    Bytes const type{'f', 'L', 'a', 'C'};
    auto const at = std::search(init.begin(), init.end(), type.begin(), type.end()) - init.begin();
    EXPECT_EQ(number(init, static_cast<std::size_t>(at) + 4 + 16 + 2, 2), depth);
  }
}

TEST(CmafWriter, FlacsHeaderInAnyForm) {
  Bytes info(34, 5);
  Bytes const block{0, 0, 0, 34}, magic{'f', 'L', 'a', 'C'}, ogg{0x7f, 'F', 'L', 'A', 'C', 1, 0, 0, 1};
  auto const joined = [](std::initializer_list<Bytes> parts) {
    Bytes all;
    for (auto const& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
  };
  hls::Track track;
  track.codec = Codec::flac;
  track.kind = hls::Kind::audio;
  for (auto const& form :
       {info, joined({block, info}), joined({magic, block, info}), joined({ogg, magic, block, info})}) {
    track.codec_data = form;
    ASSERT_TRUE(hls::cmaf_carries(track));
    auto const init = hls::cmaf_init({track});
    EXPECT_NE(std::search(init.begin(), init.end(), info.begin(), info.end()), init.end());
  }
}

}  // namespace
