// SPDX-License-Identifier: LGPL-2.1-or-later
// What a demuxer says of a film, how it is interrupted, and that nothing which goes wrong stays.
#include "hls/demuxer.hpp"

#include "hls/cutter.hpp"
#include "hls/facts.hpp"
#include "hls/file_source.hpp"
#include "hls/film_bytes.hpp"
#include "hls/films.hpp"
#include "hls/packager.hpp"
#include "hls/packets.hpp"
#include "support/made_file.hpp"
#include "swarm/error.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <numeric>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace {

/// On this thread, for as long as it lives: flvdemux (1.22) never gives up the seek at which it is interrupted.
struct LeakOfOthers {
#ifdef __SANITIZE_ADDRESS__
  __lsan::ScopedDisabler here;
#endif
};

using namespace std::chrono_literals;
using namespace hls_test;
using hls::Container;
using hls::Demuxer;
using hls::Time;

std::string const h264 = "-map 0 -map 1 -c:v libx264 -preset superfast -pix_fmt yuv420p -g 50 -b:v 1000k ";
std::string const h264_aac = h264 + "-c:a aac -b:a 64k ";

/// Counts what comes, up to a time.
struct Until final : Demuxer::Taker {
  explicit Until(Time to) : end(to) {}
  Demuxer::Take take(hls::Track const&, hls::AccessUnit&& unit) override {
    if (count++ == 0) first = unit.pts;
    return unit.pts >= end ? Demuxer::Take::enough : Demuxer::Take::more;
  }
  Time const end;
  Time first{};
  int count = 0;
};

struct Kind {
  char const* name;
  std::string arguments;
  Container container;
};
std::vector<Kind> kinds() {
  return {{"block.mp4", h264_aac + "-movflags +faststart", Container::iso},
          {"block-fragmented.mp4", h264_aac + "-movflags +frag_keyframe+empty_moov", Container::fragmented_iso},
          {"block.mkv", h264_aac + "-cues_to_front 1 -reserve_index_space 5000", Container::matroska},
          {"block-live.mkv", h264_aac + "-live 1", Container::matroska},
          {"block.ts", h264_aac, Container::mpeg_ts},
          {"block.flv", h264_aac, Container::flv},
          {"block.mpg", "-map 0 -map 1 -c:v mpeg2video -b:v 1000k -c:a mp2", Container::mpeg_ps}};
}

class Blocked : public testing::TestWithParam<Kind> {};

TEST_P(Blocked, ReadsAreCancelledAndGoOn) {
  auto const& kind = GetParam();
  auto const path = film(kind.name, kind.arguments);
  auto const source = std::make_shared<FileSource>(path);
  auto const demuxer = Demuxer::open(source, kind.container);
  auto const place = 22s;  // of 30
  // Demuxers open with a look at the file's end: only its middle is missing.
  source->set_hole(source->size() / 2, source->size() / 20 * 19);
  for (int round = 0; round < 3; ++round) {
    auto read = std::async(std::launch::async, [&] {
      [[maybe_unused]] LeakOfOthers const leak;
      Until taker(place + 1s);
      demuxer->read(place, {0, 1}, taker);
    });
    ASSERT_TRUE(source->wait_blocked());
    auto const before = std::chrono::steady_clock::now();
    demuxer->cancel();
    EXPECT_THROW(read.get(), hls::Cancelled);
    auto const took = std::chrono::steady_clock::now() - before;
    RecordProperty("cancelled after µs",
                   std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    EXPECT_LT(took, 2s);
    // Elsewhere it reads as if nothing had been.
    Until taker(4s);
    demuxer->read(Time{}, {0, 1}, taker);
    EXPECT_GT(taker.count, 50);
  }
  source->set_hole(source->size());
  Until taker(place + 1s);
  demuxer->read(place, {0, 1}, taker);
  EXPECT_GT(taker.count, 25);
}

INSTANTIATE_TEST_SUITE_P(All, Blocked, testing::ValuesIn(kinds()), [](auto const& info) {
  std::string name = info.param.name;
  for (auto& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
});

TEST(Demuxer, OpeningIsCancelledByTheSource) {
  auto const source = std::make_shared<FileSource>(film("block.mkv", kinds()[2].arguments));
  source->set_hole(1000);
  auto open = std::async(std::launch::async, [&] { return Demuxer::open(source, Container::matroska); });
  ASSERT_TRUE(source->wait_blocked());
  source->cancel();
  EXPECT_THROW(open.get(), hls::Cancelled);
}

TEST(Demuxer, GivesOnWhatTheSourceThrows) {
  auto const source = std::make_shared<FileSource>(film("block.mkv", kinds()[2].arguments));
  auto const demuxer = Demuxer::open(source, Container::matroska);
  bool broken = true;
  source->fail = [&](std::int64_t offset) {
    if (broken && offset > source->size() / 2) throw swarm::Error(swarm::Errc::read_timeout, "nobody has it", "wait");
  };
  Until taker(25s);
  try {
    demuxer->read(20s, {0, 1}, taker);
    FAIL() << "read";
  } catch (swarm::Error const& error) {
    EXPECT_EQ(error.code(), swarm::Errc::read_timeout);
    EXPECT_EQ(error.advice(), "wait");
  }
  broken = false;
  Until again(25s);
  demuxer->read(20s, {0, 1}, again);
  EXPECT_GT(again.count, 100);
}

TEST(Demuxer, SaysWhatIsNotAFilm) {
  for (auto const container : {Container::iso, Container::matroska, Container::mpeg_ts, Container::flv, Container::avi,
                               Container::mp3, Container::ogg, Container::asf, Container::mpeg_ps, Container::flac}) {
    auto const path = std::filesystem::path(testing::TempDir()) / "nonsense";
    std::ofstream(path) << std::string(100'000, 'x');
    EXPECT_THROW((void)Demuxer::open(std::make_shared<FileSource>(path), container), hls::DemuxFailed)
        << hls::name_of(container);
    std::ofstream(path, std::ios::trunc).close();
    EXPECT_THROW((void)Demuxer::open(std::make_shared<FileSource>(path), container), hls::DemuxFailed)
        << hls::name_of(container);
  }
}

TEST(Demuxer, TellsOfTracks) {
  auto const path = film("told.mkv", h264 +
                                         "-map 2 -c:a:0 aac -c:a:1 ac3 -metadata:s:a:0 language=ger "
                                         "-metadata:s:a:1 language=eng -metadata:s:a:1 title=Commentary "
                                         "-disposition:a:0 default -disposition:a:1 0");
  auto const source = std::make_shared<FileSource>(path);
  auto const demuxer = Demuxer::open(source, Container::matroska);
  auto const& tracks = demuxer->tracks();
  ASSERT_EQ(tracks.size(), 3U);
  EXPECT_EQ(tracks[0].codec, hls::Codec::h264);
  EXPECT_EQ(tracks[0].width, 320);
  EXPECT_FALSE(tracks[0].codec_data.empty());
  EXPECT_EQ(tracks[0].frame_rate.frames, 25);
  EXPECT_EQ(tracks[1].codec, hls::Codec::aac);
  EXPECT_EQ(tracks[1].language, "de");
  EXPECT_EQ(tracks[1].frame_samples, 1024);
  EXPECT_TRUE(tracks[1].is_default);
  EXPECT_EQ(tracks[2].codec, hls::Codec::ac3);
  EXPECT_EQ(tracks[2].language, "en");
  EXPECT_EQ(tracks[2].title, "Commentary");
  EXPECT_EQ(tracks[2].frame_samples, 1536);
  EXPECT_FALSE(tracks[2].is_default);
}

/// GStreamer's muxer leaves less than a whole frame of sound behind the last picture.
TEST(Demuxer, AnEndWithoutAFrameIsNoDamage) {
  auto const source = film("muxed.mp4", h264_aac);
  auto const path = support::made_file(
      "muxed.ts", {"sh", "-c",
                   "gst-launch-1.0 -q filesrc location=" + source.string() +
                       " ! qtdemux name=d mpegtsmux name=m ! filesink location=\"$0\" "
                       "d.video_0 ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! h264parse ! m. "
                       "d.audio_0 ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! aacparse ! m."});
  std::unique_ptr<Demuxer> demuxer;
  auto const facts = hls::learn(std::make_shared<FileSource>(path), "muxed.ts", true, demuxer);
  hls::Item const last{.rendition = {.packaging = hls::Packaging::fmp4, .sound = hls::Part{1}},
                       .index = facts->segments.size() - 1};
  auto const bytes = hls::package(last, *facts, *demuxer);
  for (int i = 0; i < 30; ++i) ASSERT_EQ(hls::package(last, *facts, *demuxer), bytes);
}

/// As a recording that somebody has cut.
TEST(Demuxer, ATransportStreamBeginsAtAnyByte) {
  for (auto const* const name : {"begins.ts", "begins.m2ts"}) {
    auto const whole = support::bytes_of(film(name, h264_aac, 8));
    for (std::ptrdiff_t const cut : {1, 3, 5, 100, 151, 152, 187, 191}) {
      auto const source =
          std::make_shared<support::FilmBytes>(std::vector<std::byte>(whole.begin() + 188 * 192 + cut, whole.end()));
      std::unique_ptr<Demuxer> demuxer;
      auto const facts = hls::learn(source, name, true, demuxer);
      hls::Item const first{.rendition = {.video = hls::Part{0}, .sound = hls::Part{1}}, .index = 0};
      EXPECT_GT(hls::package(first, *facts, *demuxer).size(), 10'000U) << name << " from byte " << cut;
    }
  }
}

/// Parsers answer a gap with caps of their own before the first frame has come.
TEST(Demuxer, LateSoundIsWhatItsFramesSay) {
  for (auto const* const codec : {"ac3", "libmp3lame", "mp2"}) {
    auto const path = film(std::string("late-") + codec + ".mkv",
                           h264 + "-af adelay=9000,aselect='gt(t\\,9)' -c:a " + std::string(codec), 20);
    for (int i = 0; i < 6; ++i) {
      auto const demuxer = Demuxer::open(std::make_shared<FileSource>(path), Container::matroska);
      ASSERT_EQ(demuxer->tracks().size(), 2U);
      EXPECT_EQ(demuxer->tracks()[1].sample_rate, 48000) << codec;
    }
  }
}

/// Eight packets lie in one block, which tells when the first of them is heard.
TEST(Demuxer, LacedVorbisHasTimes) {
  struct All final : Demuxer::Taker {
    Demuxer::Take take(hls::Track const& track, hls::AccessUnit&& unit) override {
      contents.push_back(content_of(track.codec, unit.data));
      times.push_back(unit.pts);
      return Demuxer::Take::more;
    }
    std::vector<std::uint64_t> contents;
    std::vector<Time> times;
  };
  auto const plain = film("vorbis.ogg", "-map 1 -c:a libvorbis");
  auto const laced = support::made_file("laced.mka", {"mkvmerge", "-q", "--deterministic", "1", plain.string(), "-o"});
  auto const expected = packets_of(plain).front().packets;
  auto const demuxer = Demuxer::open(std::make_shared<FileSource>(laced), Container::matroska);
  for (auto const from : {0s, 17s}) {
    All all;
    demuxer->read(from, {0}, all);
    ASSERT_LE(all.times.size(), expected.size());
    auto const skipped = expected.size() - all.times.size();
    EXPECT_EQ(skipped == 0, from == 0s);
    for (std::size_t i = 0; i < all.times.size(); ++i) {
      auto const& packet = expected[skipped + i];
      ASSERT_EQ(all.contents[i], packet.content) << i;
      EXPECT_LT(std::chrono::abs(all.times[i] - packet.pts), 3ms) << i << " of " << all.times.size();
    }
  }
}

/// Noise over two seconds of the film.
TEST(Demuxer, DamageCostsItsStretchOnly) {
  for (auto const& [name, arguments, container] : kinds()) {
    // flvdemux walks from tag to tag: what follows can't be found any more.
    if (container == Container::mpeg_ps || container == Container::flv) continue;
    SCOPED_TRACE(name);
    auto const path = film(name, arguments);
    auto const damaged = std::filesystem::path(testing::TempDir()) / name;
    std::filesystem::copy_file(path, damaged, std::filesystem::copy_options::overwrite_existing);
    auto const size = static_cast<std::int64_t>(std::filesystem::file_size(path));
    {
      std::fstream file(damaged, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(size / 2);
      std::string noise(static_cast<std::size_t>(size) / 15, '\0');
      std::uint32_t state = 1;
      for (auto& byte : noise) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
      file.write(noise.data(), static_cast<std::streamsize>(noise.size()));
    }
    auto const timeline = scanned(path, container, container == Container::mpeg_ts ? Time(6s) : Time{});
    auto const segments = hls::plan(timeline);
    auto const whole = Demuxer::open(std::make_shared<FileSource>(path), container);
    auto const broken = Demuxer::open(std::make_shared<FileSource>(damaged), container);
    auto const measures = hls::measure(*whole, timeline);
    hls::Cutter const cutter(timeline, measures, segments);
    int same = 0, other = 0, failed = 0;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      auto const good = cutter.cut(*whole, i, {0, 1});
      try {
        auto const bad = cutter.cut(*broken, i, {0, 1});
        bool equal = bad.size() == good.size();
        for (std::size_t t = 0; equal && t < good.size(); ++t) {
          equal = bad[t].units.size() == good[t].units.size();
          for (std::size_t u = 0; equal && u < good[t].units.size(); ++u)
            equal = bad[t].units[u].pts == good[t].units[u].pts && bad[t].units[u].data == good[t].units[u].data;
        }
        ++(equal ? same : other);
      } catch (hls::DemuxFailed const&) {
        ++failed;
      }
    }
    EXPECT_GE(same, static_cast<int>(segments.size()) - 2) << other << " differ, " << failed << " failed";
  }
}

}  // namespace
