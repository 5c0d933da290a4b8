// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/playlist.hpp"

#include "hls/cmaf_writer.hpp"
#include "hls/coded_film.hpp"
#include "hls/key_pictures.hpp"
#include "hls/playlist_checker.hpp"
#include "hls/ts_checker.hpp"
#include "hls/ts_writer.hpp"
#include "support/child.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace {

using namespace hls_test;
using namespace std::chrono_literals;
using hls::Time;

hls::Master film() {
  hls::Master master;
  master.independent_segments = true;
  hls::Alternative de{.group = "audio",
                      .name = "Deutsch",
                      .language = "de",
                      .uri = "a0.m3u8",
                      .characteristics = {},
                      .channels = 6,
                      .is_default = true};
  hls::Alternative en{
      .group = "audio", .name = "English", .language = "en", .uri = {}, .characteristics = {}, .channels = 2};
  hls::Alternative sub{.group = "subtitles",
                       .name = "English",
                       .language = "en",
                       .uri = "s0.m3u8",
                       .characteristics = {},
                       .forced = true};
  master.renditions = {de, en, sub};
  master.variants.push_back({.uri = "v.m3u8?token=x",
                             .bandwidth = 2'000'000,
                             .average_bandwidth = 1'500'000,
                             .codecs = {"avc1.64001f", "mp4a.40.2", "mp4a.40.2", ""},
                             .width = 1280,
                             .height = 720,
                             .frame_rate = {24000, 1001},
                             .video_range = "SDR",
                             .audio = true,
                             .subtitles = true});
  master.variants.push_back({.uri = "i.m3u8",
                             .bandwidth = 200'000,
                             .codecs = {"avc1.64001f"},
                             .width = 1280,
                             .height = 720,
                             .frame_rate = {24000, 1001},
                             .video_range = {},
                             .i_frames_only = true});
  return master;
}

TEST(MasterPlaylist, SaysAll) {
  EXPECT_EQ(hls::master_playlist(film()),
            "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-INDEPENDENT-SEGMENTS\n"
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",LANGUAGE=\"de\",NAME=\"Deutsch\",DEFAULT=YES,AUTOSELECT=YES,"
            "CHANNELS=\"6\",URI=\"a0.m3u8\"\n"
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",LANGUAGE=\"en\",NAME=\"English\",DEFAULT=NO,AUTOSELECT=YES,"
            "CHANNELS=\"2\"\n"
            "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subtitles\",LANGUAGE=\"en\",NAME=\"English\",DEFAULT=NO,"
            "AUTOSELECT=YES,FORCED=YES,URI=\"s0.m3u8\"\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1500000,CODECS=\"avc1.64001f,mp4a.40.2\","
            "RESOLUTION=1280x720,FRAME-RATE=23.976,VIDEO-RANGE=SDR,AUDIO=\"audio\",SUBTITLES=\"subtitles\","
            "CLOSED-CAPTIONS=NONE\nv.m3u8?token=x\n"
            "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=200000,CODECS=\"avc1.64001f\",RESOLUTION=1280x720,URI=\"i.m3u8\"\n");
  check_master(hls::master_playlist(film()));
}

TEST(MasterPlaylist, NamesOfTracksCannotBreakIt) {
  auto master = film();
  auto& renditions = master.renditions;
  renditions[0].name = "He said \"no\"\r\n#EXT-X-ENDLIST";
  renditions[0].language = "de\",URI=\"http://elsewhere/";
  renditions[1].name = std::string("\0\x1b\x7f\xff\xfe", 5) + "\u2028";
  renditions[1].uri = "a \"b\"\n.m3u8";
  renditions[2].name = "";
  for (int i = 0; i < 3; ++i) renditions.push_back(renditions[0]);  // same name, default, language
  renditions.push_back(renditions[2]);
  renditions.push_back(renditions[2]);
  master.variants[0].uri = "#no comment\n";
  auto const seen = check_master(hls::master_playlist(master));
  EXPECT_EQ(seen.media.size(), 8U);
  EXPECT_EQ(seen.variants.at(0).second, "%23no%20comment%0A");
  EXPECT_EQ(seen.media.at(0).at("NAME"), "\"He said 'no'  #EXT-X-ENDLIST\"");
  EXPECT_EQ(seen.media.at(4).at("NAME"), "\"He said 'no'  #EXT-X-ENDLIST 3\"");
}

TEST(MediaPlaylist, AddsUpToTheFilm) {
  hls::Media media;
  // 24000/1001: no EXTINF is a whole number of microseconds.
  auto const frame = [](std::int64_t n) { return Time(n * 1'001'000'000 / 24); };
  for (int i = 0; i < 1200; ++i) media.segments.push_back({-80ms + frame(i * 144), -80ms + frame((i + 1) * 144), 0});
  media.before = "v/";
  media.after = ".ts?token=a b";
  media.discontinuities = {0, 7};
  auto const seen = check_media(hls::media_playlist(media));
  EXPECT_EQ(seen.micros, (frame(1200 * 144).count() + 500) / 1000);
  EXPECT_EQ(seen.target, 7);
  EXPECT_EQ(seen.version, 3);
  EXPECT_EQ(seen.uris.at(1199), "v/1199.ts?token=a%20b");
  EXPECT_EQ(seen.discontinuities, (std::vector<std::size_t>{0, 7}));
}

TEST(MediaPlaylist, VersionAndTarget) {
  hls::Media media;
  media.segments = {{0s, 6s, 0}, {6s, 12000ms, 0}};
  EXPECT_EQ(check_media(hls::media_playlist(media)).target, 6);
  media.longest = 10500ms;
  EXPECT_EQ(check_media(hls::media_playlist(media)).target, 11);
  media.maps = {{0, "v/init.mp4?token=\""}};
  EXPECT_EQ(check_media(hls::media_playlist(media)).version, 6);
  EXPECT_EQ(check_media(hls::media_playlist(media)).map, "\"v/init.mp4?token=%22\"");
  media.i_frames_only = true;
  EXPECT_EQ(check_media(hls::media_playlist(media)).version, 5);
  media.maps.clear();
  EXPECT_EQ(check_media(hls::media_playlist(media)).version, 4);
}

std::vector<std::string> const h264{"-c:v", "libx264", "-preset", "superfast", "-bf",
                                    "3",    "-g",      "25",      "-pix_fmt",  "yuv420p"};

/// ffmpeg and GStreamer play the lot.
TEST(Playlists, Play) {
  auto const path = coded_film("h264-aac.mp4", h264, {"-c:a", "aac"});
  auto const source = read_film(path);
  support::TempDir folder;
  for (bool const fmp4 : {false, true}) {
    hls::Media media;
    media.segments = source.segments;
    media.before = fmp4 ? "f" : "t";
    media.after = fmp4 ? ".m4s" : ".ts";
    if (fmp4) {
      media.maps = {{0, "init.mp4"}};
      write(folder / "init.mp4", {hls::cmaf_init(source.tracks())});
    }
    for (std::size_t i = 0; i < source.segments.size(); ++i)
      write(folder / (media.before + std::to_string(i) + media.after),
            {fmp4 ? hls::cmaf_segment(static_cast<std::uint32_t>(i), source.cut(i))
                  : hls::ts_segment(source.cut(i), static_cast<std::uint32_t>(i))});
    support::write_file(folder / "v.m3u8", hls::media_playlist(media));
    hls::Master master;
    master.variants.push_back(
        {.uri = "v.m3u8", .bandwidth = 1'000'000, .codecs = {}, .frame_rate = {}, .video_range = {}});
    support::write_file(folder / "master.m3u8", hls::master_playlist(master));
    EXPECT_EQ(pictures(folder / "master.m3u8").size(), 175U);

    // Each decoded picture is told of by the sink.
    std::vector<std::string> const command{"gst-launch-1.0",
                                           "-v",
                                           "uridecodebin",
                                           "uri=file://" + folder.str() + "/master.m3u8",
                                           "name=film",
                                           "film.",
                                           "!",
                                           "video/x-raw",
                                           "!",
                                           "fakesink",
                                           "silent=false",
                                           "sync=false",
                                           "film.",
                                           "!",
                                           "audio/x-raw",
                                           "!",
                                           "fakesink",
                                           "sync=false"};
    auto const ran = support::run(command);
    std::size_t chains = 0;
    for (std::size_t at = ran.out.find("chain   *****"); at != std::string::npos;
         at = ran.out.find("chain   *****", at + 1))
      ++chains;
    EXPECT_EQ(chains, 175U) << ran.err;
  }
}

TEST(Playlists, KeyPicturesAlone) {
  auto const source = read_film(coded_film("h264-aac.mp4", h264, {"-c:a", "aac"}));
  auto const stretches = hls::plan_pictures(source.timeline, source.segments);
  ASSERT_EQ(stretches.size(), 7U);
  support::TempDir folder;
  std::vector<hls::Bytes> segments, fragments{hls::cmaf_init({source.samples[0].track})};
  for (std::uint32_t i = 0; i < stretches.size(); ++i) {
    auto const index = static_cast<std::size_t>(stretches[i].begin / 2s);
    auto const cut = hls::key_picture(source.cut(std::min(index, source.segments.size() - 1)), stretches[i]);
    ASSERT_EQ(cut.size(), 1U);
    ASSERT_EQ(cut[0].units.size(), 1U);
    EXPECT_EQ(cut[0].units[0].pts, stretches[i].begin);
    segments.push_back(hls::ts_segment(cut, i));
    fragments.push_back(hls::cmaf_segment(i, cut));
  }
  check_ts(segments);
  write(folder / "all.ts", segments);
  write(folder / "all.mp4", fragments);
  EXPECT_EQ(pictures(folder / "all.ts").size(), 7U);
  EXPECT_EQ(pictures(folder / "all.mp4"), pictures(folder / "all.ts"));
}

}  // namespace
