// SPDX-License-Identifier: LGPL-2.1-or-later
// Timelines against what libavformat finds when it reads whole files.
#include "hls/timeline.hpp"

#include "film_bytes.hpp"
#include "timeline_media.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

namespace {

using namespace std::chrono_literals;
using hls::Container;
using hls::Time;
using Precision = hls::Timeline::Precision;
using support::film;
using support::FilmBytes;

std::string const x264 = "-c:v libx264 -preset superfast -pix_fmt yuv420p ";

hls::Timeline timeline_of(std::filesystem::path const& path, Container expected, bool scan = false) {
  FilmBytes bytes(path);
  auto const container = hls::container_of(bytes, path.filename());
  EXPECT_STREQ(name_of(container), name_of(expected));
  auto const timeline = read_timeline(bytes, container, scan);
  auto const again = hls::from_text(to_text(timeline));
  EXPECT_TRUE(again && *again == timeline);
  return timeline;
}

struct Exact {
  char const* name;
  std::string words;
  Container container;
  std::string time = "pts";
};

void PrintTo(Exact const& exact, std::ostream* out) { *out << exact.name; }

class ExactFilm : public testing::TestWithParam<Exact> {};

TEST_P(ExactFilm, HasTheKeyFramesThatAWholeReadFinds) {
  auto const& param = GetParam();
  auto const path = film(param.name, param.words);
  auto const timeline = timeline_of(path, param.container);
  auto const probed = support::probe(path, "v:0", param.time);
  EXPECT_EQ(timeline.precision, Precision::exact);
  ASSERT_EQ(timeline.key_frames.size(), probed.keys.size());
  for (std::size_t i = 0; i < probed.keys.size(); ++i)
    EXPECT_LE(std::abs((timeline.key_frames[i].time - probed.keys[i]).count()), 1) << i;
  EXPECT_LE(std::abs((timeline.end - probed.end).count()), 1'000'000)
      << timeline.end.count() << " " << probed.end.count();
  EXPECT_EQ(timeline.start, timeline.key_frames.front().time);
}

INSTANTIATE_TEST_SUITE_P(
    Films, ExactFilm,
    testing::Values(
        Exact{"plain.mp4", "-t 12 " + x264 + "-g 25 -bf 2 -c:a aac", Container::iso},
        Exact{"front.mp4", "-t 12 " + x264 + "-g 25 -bf 2 -c:a aac -movflags +faststart", Container::iso},
        Exact{"plain.mov", "-t 12 " + x264 + "-g 25 -bf 2 -c:a pcm_s16le", Container::iso},
        Exact{"open.mp4", "-t 12 " + x264 + "-g 24 -bf 3 -x264-params open-gop=1:b-pyramid=normal:scenecut=0 -c:a aac",
              Container::iso},
        Exact{"negative.mp4", "-t 12 " + x264 + "-g 25 -bf 2 -c:a aac -movflags +negative_cts_offsets", Container::iso},
        Exact{"hevc.mp4", "-t 8 -c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=25 -an",
              Container::iso},
        Exact{"vfr.mp4", "-t 12 -vf select='not(eq(mod(n,7),3))' -vsync vfr " + x264 + "-g 25 -bf 2 -c:a aac",
              Container::iso},
        Exact{"late.mp4", "-t 12 -vf setpts=PTS+1.5/TB " + x264 + "-g 25 -bf 2 -c:a aac", Container::iso},
        Exact{"intra.mp4", "-t 4 -r 1 -c:v mjpeg -an", Container::iso},
        Exact{"fragments.mp4",
              "-t 12 " + x264 + "-g 25 -bf 2 -c:a aac -movflags +frag_keyframe+empty_moov+default_base_moof",
              Container::fragmented_iso},
        Exact{"fragments-delayed.mp4",
              "-t 12 " + x264 + "-g 25 -bf 2 -c:a aac -movflags +frag_keyframe+delay_moov+default_base_moof",
              Container::fragmented_iso},
        Exact{"fragments-sidx.mp4",
              "-t 12 " + x264 + "-g 25 -bf 2 -an -movflags +frag_keyframe+empty_moov+default_base_moof+global_sidx",
              Container::fragmented_iso},
        Exact{"fragments-dash.mp4",
              "-t 12 " + x264 + "-g 25 -bf 2 -c:a aac -movflags +frag_keyframe+delay_moov+dash+skip_trailer",
              Container::fragmented_iso},
        Exact{"fragments-open.mp4",
              "-t 12 " + x264 +
                  "-g 25 -bf 2 -x264-params open-gop=1:scenecut=0 -c:a aac -movflags +frag_keyframe+empty_moov",
              Container::fragmented_iso},
        Exact{"fragments-hybrid.mp4", "-t 12 " + x264 + "-g 25 -bf 2 -c:a aac -movflags +frag_keyframe",
              Container::fragmented_iso},
        Exact{"fragments-short.mp4",
              "-t 12 " + x264 + "-g 50 -bf 2 -c:a aac -movflags +empty_moov+default_base_moof -frag_duration 700000",
              Container::fragmented_iso},
        Exact{"plain.mkv", "-t 12 " + x264 + "-g 25 -bf 2 -c:a aac", Container::matroska},
        Exact{"front.mkv", "-t 12 " + x264 + "-g 25 -bf 2 -c:a aac -reserve_index_space 20000", Container::matroska},
        Exact{"open.mkv", "-t 12 " + x264 + "-g 24 -bf 3 -x264-params open-gop=1:b-pyramid=normal:scenecut=0 -c:a aac",
              Container::matroska},
        Exact{"vp9.webm", "-t 6 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 25 -c:a libopus",
              Container::matroska},
        Exact{"plain.avi", "-t 12 -c:v mpeg4 -bf 0 -g 25 -c:a libmp3lame", Container::avi, "dts"},
        Exact{"h264.avi", "-t 12 " + x264 + "-g 25 -bf 0 -c:a libmp3lame", Container::avi, "dts"}));

TEST(Timeline, KnowsMkvmergesFilms) {
  film("plain.mkv", "-t 12 " + x264 + "-g 25 -bf 2 -c:a aac");
  film("font.ttf", "-f lavfi -i testsrc=size=640x360 -frames:v 3 -c:v rawvideo -f rawvideo");
  for (auto const& [name, words] :
       {std::pair{"plain.mkvmerge.mkv", "@plain.mkv"}, std::pair{"front.mkvmerge.mkv", "--cues 0:iframes @plain.mkv"},
        std::pair{"all.mkvmerge.mkv", "--cues 0:iframes --cues 1:all @plain.mkv"},
        std::pair{"font.mkvmerge.mkv", "--attachment-mime-type font/ttf --attach-file @font.ttf @plain.mkv"},
        std::pair{"short.mkvmerge.mkv", "--cluster-length 500ms @plain.mkv"}}) {
    SCOPED_TRACE(name);
    auto const path = film(name, words);
    auto const timeline = timeline_of(path, Container::matroska);
    auto const probed = support::probe(path);
    ASSERT_EQ(timeline.key_frames.size(), probed.keys.size());
    for (std::size_t i = 0; i < probed.keys.size(); ++i) EXPECT_EQ(timeline.key_frames[i].time, probed.keys[i]) << i;
    EXPECT_LE(std::abs((timeline.end - probed.end).count()), 1'000'000);
    FilmBytes bytes(path);
    (void)read_timeline(bytes, Container::matroska);
    if (std::string(name) == "font.mkvmerge.mkv") EXPECT_LT(bytes.bytes_read(), 60'000);
  }
}

TEST(Timeline, TellsWhatTheTablesProve) {
  auto const closed = timeline_of(film("plain.mp4", ""), Container::iso);
  EXPECT_TRUE(closed.closed_gops);
  EXPECT_EQ(closed.reorder, 40ms);
  auto const open = timeline_of(film("open.mp4", ""), Container::iso);
  EXPECT_FALSE(open.closed_gops);
  EXPECT_EQ(open.reorder, 80ms);
}

TEST(Timeline, KeepsTheKeyFrameBeforeAnEdit) {
  film("plain.mp4", "");
  auto const path = film("cut.mp4", "-ss 3.5 -i @plain.mp4 -c copy");
  auto const timeline = timeline_of(path, Container::iso);
  EXPECT_EQ(timeline.key_frames.at(0).time, -500ms);
  EXPECT_EQ(timeline.key_frames.at(1).time, 500ms);
  EXPECT_LE(std::abs((timeline.end - 8500ms).count()), 1'000'000);
}

TEST(Timeline, TurnsPicturesAsTheHeaderSays) {
  film("plain.mp4", "");
  EXPECT_EQ(timeline_of(film("turned.mp4", "-i @plain.mp4 -c copy -metadata:s:v rotate=90"), Container::iso).rotation,
            90);
}

TEST(Timeline, TakesAv1sConfiguration) {
  auto const timeline = timeline_of(
      film("av1.mp4", "-t 2 -c:v libsvtav1 -preset 12 -g 25 -svtav1-params rc=0 -pix_fmt yuv420p -an"), Container::iso);
  ASSERT_GE(timeline.av1_config.size(), 4U);
  EXPECT_EQ(timeline.av1_config[0], 0x81);
}

struct Nominal {
  char const* name;
  std::string words;
  Container container;
  Time grid;
};
void PrintTo(Nominal const& nominal, std::ostream* out) { *out << nominal.name; }

class NominalFilm : public testing::TestWithParam<Nominal> {};

TEST_P(NominalFilm, HasALineForEachGop) {
  auto const& param = GetParam();
  auto const path = film(param.name, param.words);
  auto const timeline = timeline_of(path, param.container);
  auto const probed = support::probe(path);
  EXPECT_EQ(timeline.precision, Precision::nominal);
  EXPECT_EQ(timeline.grid, param.grid);
  EXPECT_LE(std::abs((timeline.start - probed.keys.front()).count()), 1'000'000)
      << timeline.start.count() << " " << probed.keys.front().count();
  auto const end = std::max(probed.end, *std::max_element(probed.frames.begin(), probed.frames.end()) + 40ms);
  EXPECT_LE(std::abs((timeline.end - end).count()), 41'000'000) << timeline.end.count() << " " << end.count();
}

INSTANTIATE_TEST_SUITE_P(
    Films, NominalFilm,
    testing::Values(
        Nominal{"plain.ts", "-t 20 " + x264 + "-g 50 -bf 2 -c:a aac", Container::mpeg_ts, 6s},
        Nominal{"long-gop.ts", "-t 30 " + x264 + "-g 250 -bf 2 -x264-params scenecut=0 -c:a aac", Container::mpeg_ts,
                15s},
        Nominal{"open.ts", "-t 20 " + x264 + "-g 50 -bf 2 -x264-params open-gop=1 -c:a aac", Container::mpeg_ts, 6s},
        Nominal{"hour.ts", "-t 20 " + x264 + "-g 50 -bf 2 -c:a aac -output_ts_offset 3600", Container::mpeg_ts, 6s},
        Nominal{"plain.m2ts", "-t 20 " + x264 + "-g 50 -bf 2 -c:a ac3 -f mpegts -mpegts_m2ts_mode 1",
                Container::mpeg_ts, 6s},
        Nominal{"mpeg2.ts", "-t 20 -c:v mpeg2video -g 12 -c:a mp2", Container::mpeg_ts, 6s},
        Nominal{"hevc.ts", "-t 8 -c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=50 -an",
                Container::mpeg_ts, 6s},
        Nominal{"live.mkv", "-t 20 " + x264 + "-g 50 -bf 2 -c:a aac -live 1", Container::matroska, 6s},
        Nominal{"list.flv", "-t 20 " + x264 + "-g 50 -bf 2 -c:a aac -flvflags add_keyframe_index", Container::flv,
                6s}));

TEST(Timeline, GoesOnWhereTheClockOfATransportStreamWraps) {
  // 2^33 / 90000 s less 10 s
  auto const path = film("wrap.ts", "-t 20 " + x264 + "-g 50 -bf 2 -c:a aac -output_ts_offset 95433.7");
  auto const timeline = timeline_of(path, Container::mpeg_ts);
  EXPECT_GT(timeline.start, 95'000s);
  EXPECT_LE(std::abs((timeline.end - timeline.start - 20s).count()), 50'000'000);
  auto const scanned = timeline_of(path, Container::mpeg_ts, true);
  EXPECT_EQ(scanned.start, timeline.start);
  EXPECT_LE(std::abs((scanned.end - timeline.end).count()), 1'000'000);
  ASSERT_EQ(scanned.key_frames.size(), 10U);
  EXPECT_EQ(scanned.key_frames.at(9).time - scanned.start, 18s);
}

TEST(Timeline, FindsEveryKeyFrameWhenAllIsThere) {
  for (auto const& [name, container] :
       {std::pair{"plain.ts", Container::mpeg_ts}, std::pair{"open.ts", Container::mpeg_ts},
        std::pair{"mpeg2.ts", Container::mpeg_ts}, std::pair{"hevc.ts", Container::mpeg_ts},
        std::pair{"live.mkv", Container::matroska}, std::pair{"list.flv", Container::flv}}) {
    SCOPED_TRACE(name);
    auto const path = film(name, "");
    auto const timeline = timeline_of(path, container, true);
    auto const probed = support::probe(path);
    EXPECT_EQ(timeline.precision, Precision::exact);
    ASSERT_EQ(timeline.key_frames.size(), probed.keys.size());
    for (std::size_t i = 0; i < probed.keys.size(); ++i)
      EXPECT_LE(std::abs((timeline.key_frames[i].time - probed.keys[i]).count()), 1) << i;
  }
}

TEST(Timeline, SaysThatAFlashFilmWithoutListHasNoIndex) {
  FilmBytes bytes(film("bare.flv", "-t 10 " + x264 + "-g 50 -bf 2 -c:a aac"));
  try {
    (void)read_timeline(bytes, Container::flv);
    FAIL() << "there is no list";
  } catch (hls::NotIndexed const& error) {
    EXPECT_EQ(error.why, hls::NotIndexed::Why::no_index);
  }
  EXPECT_LT(bytes.bytes_read(), 5000);
  EXPECT_EQ(read_timeline(bytes, Container::flv, true).key_frames.size(), 5U);
}

TEST(Timeline, LaysAGridOverWhatIsCodedAnew) {
  for (auto const& [name, words, container] :
       {std::tuple{"plain.mpg", "-t 20 -c:v mpeg2video -g 12 -c:a mp2", Container::mpeg_ps},
        std::tuple{"one.mpg", "-t 20 -c:v mpeg1video -g 12 -c:a mp2 -f mpeg", Container::mpeg_ps},
        std::tuple{"plain.wmv", "-t 20 -c:v wmv2 -g 12 -c:a wmav2", Container::asf},
        std::tuple{"plain.ogv", "-t 20 -c:v libtheora -g 12 -c:a libvorbis", Container::ogg}}) {
    SCOPED_TRACE(name);
    auto const timeline = timeline_of(film(name, words), container);
    EXPECT_EQ(timeline.precision, Precision::coded);
    EXPECT_EQ(timeline.grid, 6s);
    EXPECT_LE(std::abs((timeline.end - timeline.start - 20s).count()), 100'000'000) << timeline.end.count();
  }
}

struct Sound {
  char const* name;
  std::string words;
  Container container;
  Precision precision;
  Time tolerance;
};
void PrintTo(Sound const& sound, std::ostream* out) { *out << sound.name; }

class SoundAlone : public testing::TestWithParam<Sound> {};

TEST_P(SoundAlone, CanBeCutEveryFewSeconds) {
  auto const& param = GetParam();
  auto const timeline = timeline_of(film(param.name, "-t 30 -map 1:a " + param.words), param.container);
  EXPECT_EQ(timeline.precision, param.precision);
  EXPECT_LE(std::abs((timeline.end - timeline.start - 30s).count()), param.tolerance.count())
      << (timeline.end - timeline.start).count();
  if (param.precision == Precision::nominal) return;
  for (std::size_t i = 1; i < timeline.key_frames.size(); ++i) {
    auto const step = timeline.key_frames[i].time - timeline.key_frames[i - 1].time;
    EXPECT_TRUE(step >= 900ms && step < 6s) << i << ": " << step.count();
  }
}

INSTANTIATE_TEST_SUITE_P(Films, SoundAlone,
                         testing::Values(Sound{"xing.mp3", "-c:a libmp3lame -q:a 4 -id3v2_version 3", Container::mp3,
                                               Precision::exact, 80ms},
                                         Sound{"constant.mp3", "-c:a libmp3lame -b:a 128k -write_xing 0",
                                               Container::mp3, Precision::exact, 80ms},
                                         Sound{"varied.mp3", "-c:a libmp3lame -q:a 4 -write_xing 0 -id3v2_version 0",
                                               Container::mp3, Precision::nominal, 3s},
                                         Sound{"layer2.mp2", "-c:a mp2", Container::mp3, Precision::exact, 80ms},
                                         Sound{"plain.m4a", "-c:a aac", Container::iso, Precision::exact, 60ms},
                                         Sound{"plain.aac", "-c:a aac", Container::adts, Precision::nominal, 3s},
                                         Sound{"plain.ac3", "-c:a ac3", Container::ac3, Precision::exact, 60ms},
                                         Sound{"plain.eac3", "-c:a eac3", Container::ac3, Precision::exact, 60ms},
                                         Sound{"plain.flac", "-c:a flac", Container::flac, Precision::exact, 0ms},
                                         Sound{"plain.opus", "-c:a libopus", Container::ogg, Precision::exact, 20ms},
                                         Sound{"plain.ogg", "-c:a libvorbis", Container::ogg, Precision::exact, 20ms},
                                         Sound{"plain.wav", "-c:a pcm_s16le", Container::wav, Precision::exact, 0ms},
                                         Sound{"plain.mka", "-c:a aac", Container::matroska, Precision::exact, 60ms},
                                         Sound{"sound.ts", "-c:a aac -f mpegts", Container::mpeg_ts, Precision::nominal,
                                               60ms}));

/// A sparse file of 100 MiB and more: the film's bytes are a hole, as nothing of them is read.
TEST(Timeline, ReadsASmallPartOfALongFilm) {
  auto const path = film("long.mp4", "-t 600 -vf scale=64:36 " + x264 +
                                         "-g 50 -bf 2 -an -b:v 2000k -minrate 2000k "
                                         "-maxrate 2000k -bufsize 2000k -x264-params nal-hrd=cbr");
  film("long.mkv", "-i @long.mp4 -c copy");
  for (auto const* name : {"long.mp4", "long.mkv"}) {
    FilmBytes bytes(std::filesystem::path(path).replace_filename(name));
    auto const container = hls::container_of(bytes, name);
    auto const timeline = read_timeline(bytes, container);
    EXPECT_EQ(timeline.key_frames.size(), 300U);
    EXPECT_LT(static_cast<double>(bytes.bytes_read()), 0.003 * static_cast<double>(bytes.size())) << name;
    std::printf("%s: %lld bytes, read %lld in %d reads, %zu blocks of 16 KiB\n", name,
                static_cast<long long>(bytes.size()), static_cast<long long>(bytes.bytes_read()), bytes.reads(),
                bytes.blocks());
  }
}

TEST(Timeline, IsNoneOfOtherText) {
  auto const text = to_text(timeline_of(film("plain.mkv", ""), Container::matroska));
  EXPECT_TRUE(hls::from_text(text));
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_FALSE(hls::from_text(text.substr(0, i))) << i;
    auto changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(hls::from_text(changed)) << i;
  }
}

TEST(Timeline, KnowsWhatIsNoFilm) {
  for (auto const& content : {std::string(), std::string("a"), std::string(100'000, '\0'), std::string(100'000, 'G'),
                              std::string("%PDF-1.4 and so on"), std::string(200'000, '\xff')}) {
    std::vector<std::byte> raw(content.size());
    std::transform(content.begin(), content.end(), raw.begin(), [](char c) { return static_cast<std::byte>(c); });
    FilmBytes bytes(raw);
    auto const container = hls::container_of(bytes, "film.mp4");
    try {
      (void)read_timeline(bytes, container);
      ADD_FAILURE() << name_of(container) << " of " << content.size();
    } catch (hls::NotIndexed const& error) {
      EXPECT_EQ(error.why, hls::NotIndexed::Why::not_media);
      EXPECT_NE(std::string(error.what()), "");
      EXPECT_NE(error.advice, "");
    }
  }
}

}  // namespace
