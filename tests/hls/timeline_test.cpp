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
  Container container;
  std::string time = "pts";
};

void PrintTo(Exact const& exact, std::ostream* out) { *out << exact.name; }

class ExactFilm : public testing::TestWithParam<Exact> {};

TEST_P(ExactFilm, HasTheKeyFramesThatAWholeReadFinds) {
  auto const& param = GetParam();
  auto const path = film(param.name);
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
        Exact{"plain.mp4", Container::iso}, Exact{"front.mp4", Container::iso}, Exact{"plain.mov", Container::iso},
        Exact{"open.mp4", Container::iso}, Exact{"negative.mp4", Container::iso}, Exact{"hevc.mp4", Container::iso},
        Exact{"vfr.mp4", Container::iso}, Exact{"late.mp4", Container::iso}, Exact{"intra.mp4", Container::iso},
        Exact{"fragments.mp4", Container::fragmented_iso}, Exact{"fragments-delayed.mp4", Container::fragmented_iso},
        Exact{"fragments-sidx.mp4", Container::fragmented_iso}, Exact{"fragments-dash.mp4", Container::fragmented_iso},
        Exact{"fragments-open.mp4", Container::fragmented_iso},
        Exact{"fragments-indexed.gst.mp4", Container::fragmented_iso},
        Exact{"fragments-hybrid.mp4", Container::fragmented_iso},
        Exact{"fragments-short.mp4", Container::fragmented_iso}, Exact{"plain.mkv", Container::matroska},
        Exact{"front.mkv", Container::matroska}, Exact{"open.mkv", Container::matroska},
        Exact{"vp9.webm", Container::matroska}, Exact{"plain.avi", Container::avi, "dts"},
        Exact{"h264.avi", Container::avi, "dts"}));

TEST(Timeline, KnowsMkvmergesFilms) {
  for (auto const* name :
       {"plain.mkvmerge.mkv", "front.mkvmerge.mkv", "all.mkvmerge.mkv", "font.mkvmerge.mkv", "short.mkvmerge.mkv"}) {
    SCOPED_TRACE(name);
    auto const path = film(name);
    auto const timeline = timeline_of(path, Container::matroska);
    auto const probed = support::probe(path);
    ASSERT_EQ(timeline.key_frames.size(), probed.keys.size());
    for (std::size_t i = 0; i < probed.keys.size(); ++i) EXPECT_EQ(timeline.key_frames[i].time, probed.keys[i]) << i;
    // The header tells where the longest track ends.
    EXPECT_LE(std::abs((timeline.end - probed.end).count()), 50'000'000);
    FilmBytes bytes(path);
    (void)read_timeline(bytes, Container::matroska);
    EXPECT_LT(bytes.bytes_read(), 60'000);
  }
}

TEST(Timeline, TellsWhatTheTablesProve) {
  auto const closed = timeline_of(film("plain.mp4"), Container::iso);
  EXPECT_TRUE(closed.closed_gops);
  EXPECT_EQ(closed.reorder, 40ms);
  auto const open = timeline_of(film("open.mp4"), Container::iso);
  EXPECT_FALSE(open.closed_gops);
  EXPECT_EQ(open.reorder, 80ms);
}

/// The picture at -500 ms is there to be decoded.
TEST(Timeline, BeginsWithAnEditThatHasNoKeyFrame) {
  auto const path = film("cut.mp4");
  auto const timeline = timeline_of(path, Container::iso);
  EXPECT_EQ(timeline.start, 0ms);
  EXPECT_EQ(timeline.key_frames.at(0).time, 0ms);
  EXPECT_EQ(timeline.key_frames.at(1).time, 500ms);
  EXPECT_LE(std::abs((timeline.end - 8500ms).count()), 1'000'000);
}

TEST(Timeline, EndsWithTheSound) {
  auto const path = film("long-sound.mp4");
  auto const timeline = timeline_of(path, Container::iso);
  EXPECT_LE(std::abs((support::probe(path).end - 8s).count()), 1'000'000);
  EXPECT_LE(std::abs((timeline.end - 20s).count()), 25'000'000);
  EXPECT_EQ(timeline.key_frames.back().time, 6s);
}

/// A second entry in the picture's list (ISO/IEC 14496-12 8.6.6): the film behind its media, where no offset changes.
TEST(Timeline, RefusesSeveralEdits) {
  auto bytes = support::bytes_of(film("plain.mp4"));
  constexpr std::size_t entry = 12;
  std::size_t at = 0;
  for (auto const* const name : {"moov", "trak", "edts", "elst"}) {
    auto const found =
        std::search(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(),
                    reinterpret_cast<std::byte const*>(name), reinterpret_cast<std::byte const*>(name) + 4);
    ASSERT_NE(found, bytes.end()) << name;
    at = static_cast<std::size_t>(found - bytes.begin());
    auto& low = bytes[at - 1];
    auto const size = static_cast<unsigned>(low) + static_cast<unsigned>(bytes[at - 2]) * 256 + entry;
    low = static_cast<std::byte>(size & 255);
    bytes[at - 2] = static_cast<std::byte>(size >> 8);
  }
  EXPECT_EQ(timeline_of(film("plain.mp4"), Container::iso).start, 0ms);
  bytes[at + 11] = std::byte{2};
  std::vector<std::byte> const one(bytes.begin() + static_cast<std::ptrdiff_t>(at) + 12,
                                   bytes.begin() + static_cast<std::ptrdiff_t>(at) + 12 + entry);
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at) + 12 + entry, one.begin(), one.end());
  FilmBytes source(std::move(bytes));
  try {
    (void)read_timeline(source, Container::iso);
    FAIL();
  } catch (hls::NotIndexed const& why) {
    EXPECT_EQ(why.why, hls::NotIndexed::Why::unsupported);
  }
}

TEST(Timeline, TurnsPicturesAsTheHeaderSays) {
  // 90 degrees counterclockwise, as ffprobe tells of it.
  EXPECT_EQ(timeline_of(film("turned.mp4"), Container::iso).rotation, 270);
}

TEST(Timeline, TakesAv1sConfiguration) {
  auto const timeline = timeline_of(film("av1.mp4"), Container::iso);
  ASSERT_GE(timeline.av1_config.size(), 4U);
  EXPECT_EQ(timeline.av1_config[0], 0x81);
}

struct Nominal {
  char const* name;
  Container container;
  Time grid;
};
void PrintTo(Nominal const& nominal, std::ostream* out) { *out << nominal.name; }

class NominalFilm : public testing::TestWithParam<Nominal> {};

TEST_P(NominalFilm, HasALineForEachGop) {
  auto const& param = GetParam();
  auto const path = film(param.name);
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
    testing::Values(Nominal{"plain.ts", Container::mpeg_ts, 6s}, Nominal{"long-gop.ts", Container::mpeg_ts, 15s},
                    Nominal{"open.ts", Container::mpeg_ts, 6s}, Nominal{"hour.ts", Container::mpeg_ts, 6s},
                    Nominal{"plain.m2ts", Container::mpeg_ts, 6s}, Nominal{"mpeg2.ts", Container::mpeg_ts, 6s},
                    Nominal{"hevc.ts", Container::mpeg_ts, 6s}, Nominal{"live.mkv", Container::matroska, 6s},
                    Nominal{"fragments-of-sound.mp4", Container::fragmented_iso, 6s},
                    Nominal{"fragments-of-one.mp4", Container::fragmented_iso, 15s},
                    Nominal{"list.flv", Container::flv, 6s}));

TEST(Timeline, GoesOnWhereTheClockOfATransportStreamWraps) {
  // 2^33 / 90000 s less 10 s
  auto const path = film("wrap.ts");
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
    auto const path = film(name);
    auto const timeline = timeline_of(path, container, true);
    auto const probed = support::probe(path);
    EXPECT_EQ(timeline.precision, Precision::exact);
    ASSERT_EQ(timeline.key_frames.size(), probed.keys.size());
    for (std::size_t i = 0; i < probed.keys.size(); ++i)
      EXPECT_LE(std::abs((timeline.key_frames[i].time - probed.keys[i]).count()), 1) << i;
  }
}

TEST(Timeline, SaysThatAFlashFilmWithoutListHasNoIndex) {
  FilmBytes bytes(film("bare.flv"));
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
  for (auto const& [name, container] :
       {std::pair{"plain.mpg", Container::mpeg_ps}, std::pair{"one.mpg", Container::mpeg_ps},
        std::pair{"plain.wmv", Container::asf}, std::pair{"plain.ogv", Container::ogg}}) {
    SCOPED_TRACE(name);
    auto const timeline = timeline_of(film(name), container);
    EXPECT_EQ(timeline.precision, Precision::coded);
    EXPECT_EQ(timeline.grid, 6s);
    EXPECT_LE(std::abs((timeline.end - timeline.start - 20s).count()), 150'000'000) << timeline.end.count();
  }
}

struct Sound {
  char const* name;
  Container container;
  Precision precision;
  Time tolerance;
};
void PrintTo(Sound const& sound, std::ostream* out) { *out << sound.name; }

class SoundAlone : public testing::TestWithParam<Sound> {};

TEST_P(SoundAlone, CanBeCutEveryFewSeconds) {
  auto const& param = GetParam();
  auto const timeline = timeline_of(film(param.name), param.container);
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
                         testing::Values(Sound{"xing.mp3", Container::mp3, Precision::exact, 80ms},
                                         Sound{"constant.mp3", Container::mp3, Precision::exact, 80ms},
                                         Sound{"varied.mp3", Container::mp3, Precision::exact, 80ms},
                                         Sound{"layer2.mp2", Container::mp3, Precision::exact, 80ms},
                                         Sound{"plain.m4a", Container::iso, Precision::exact, 60ms},
                                         Sound{"plain.aac", Container::adts, Precision::exact, 60ms},
                                         Sound{"plain.ac3", Container::ac3, Precision::exact, 60ms},
                                         Sound{"plain.eac3", Container::ac3, Precision::exact, 60ms},
                                         Sound{"plain.flac", Container::flac, Precision::exact, 0ms},
                                         Sound{"plain.opus", Container::ogg, Precision::exact, 20ms},
                                         Sound{"plain.ogg", Container::ogg, Precision::exact, 20ms},
                                         Sound{"plain.wav", Container::wav, Precision::exact, 0ms},
                                         Sound{"plain.mka", Container::matroska, Precision::exact, 60ms},
                                         Sound{"sound.ts", Container::mpeg_ts, Precision::nominal, 200ms}));

/// A sparse file of 100 MiB and more: the film's bytes are a hole, as nothing of them is read.
TEST(Timeline, ReadsASmallPartOfALongFilm) {
  for (auto const* name : {"long.mp4", "long.mkv"}) {
    FilmBytes bytes(film(name));
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
  auto const text = to_text(timeline_of(film("plain.mkv"), Container::matroska));
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
