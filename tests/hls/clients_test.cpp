// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/clients.hpp"

#include "hls/h264_order.hpp"

#include <gmock/gmock.h>
#include <gst/gst.h>
#include <gtest/gtest.h>

using hls::choose;
using hls::Client;
using hls::client_of;
using hls::Codec;
using hls::Container;
using hls::Kind;
using hls::Packaging;
using hls::Track;
using hls::Way;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

Track track(Codec codec, int channels = 2) {
  Track track;
  track.codec = codec;
  track.kind = hls::kind_of(codec);
  track.channels = track.kind == Kind::audio ? channels : 0;
  track.sample_rate = track.kind == Kind::audio ? 48000 : 0;
  track.frame_rate = {25, 1};
  // Only its caps tell what it is.
  if (codec == Codec::pcm) track.caps = "audio/x-raw, format=(string)S16LE, rate=(int)48000, channels=(int)2";
  return track;
}

struct Agent {
  char const* agent;
  char const* client;
};
class UserAgents : public testing::TestWithParam<Agent> {};
TEST_P(UserAgents, AreKnown) {
  auto const* const client = client_of("", GetParam().agent);
  ASSERT_NE(client, nullptr);
  EXPECT_STREQ(client->name, GetParam().client) << GetParam().agent;
}
INSTANTIATE_TEST_SUITE_P(
    All, UserAgents,
    testing::Values(
        Agent{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
              "hlsjs"},
        Agent{"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0", "hlsjs"},
        Agent{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
              "Safari/537.36 Edg/120.0",
              "hlsjs"},
        Agent{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 "
              "Safari/605.1.15",
              "safari"},
        Agent{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
              "Version/17.2 Mobile/15E148 Safari/604.1",
              "safari"},
        Agent{"AppleCoreMedia/1.0.0.21K69 (Apple TV; U; CPU OS 17_2 like Mac OS X; en_us)", "safari"},
        Agent{"AppleCoreMedia/1.0.0.20G81 (iPhone; U; CPU OS 16_6_1 like Mac OS X; de_de)", "safari"},
        Agent{"Mozilla/5.0 (X11; Linux armv7l) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.225 "
              "Safari/537.36 CrKey/1.56.500000",
              "chromecast"},
        Agent{"Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.5) AppleWebKit/537.36 (KHTML, like Gecko) 85.0.4183.93/6.5 TV "
              "Safari/537.36",
              "tizen"},
        Agent{"Mozilla/5.0 (SMART-TV; Linux; Tizen 2.4.0) AppleWebKit/538.1 (KHTML, like Gecko) Version/2.4.0 TV "
              "Safari/538.1",
              "tizen"},
        Agent{"Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/53.0.2785.34 "
              "Safari/537.36 WebAppManager",
              "webos"},
        Agent{"Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/538.2 (KHTML, like Gecko) Large Screen WebAppManager "
              "Safari/538.2",
              "webos"},
        Agent{"Roku/DVP-12.5 (12.5.0.4178-AE)", "roku"},
        Agent{"ExoPlayerDemo/2.19.1 (Linux;Android 12) ExoPlayerLib/2.19.1", "exoplayer"},
        Agent{"AndroidXMedia3/1.2.0 (Linux; Android 13; BRAVIA 4K UR2)", "exoplayer"},
        Agent{"VLC/3.0.20 LibVLC/3.0.20", "vlc"}, Agent{"Lavf/60.16.100", "ffmpeg"}, Agent{"Lavf/59.27.100", "ffmpeg"},
        Agent{"libmpv", "ffmpeg"},
        Agent{"Kodi/20.2 (X11; Linux x86_64) App_Bitness/64 Version/20.2-(20.2.0)-Git:20230629", "ffmpeg"},
        Agent{"GStreamer souphttpsrc 1.22.0 libsoup/3.2.2", "gstreamer"},
        Agent{"HbbTV/1.5.1 (+DRM;Philips;50PUS6704;;_TV_G10_2019;) NETTV/8.0.1", "hbbtv"},
        Agent{"curl/7.88.1", "cautious"}, Agent{"", "cautious"}));

TEST(Clients, ByName) {
  for (auto const& name : hls::client_names()) EXPECT_STREQ(client_of(name, "VLC/3.0")->name, name.c_str());
  EXPECT_EQ(client_of("toaster", "VLC/3.0"), nullptr);
  EXPECT_STREQ(client_of("HlsJs", "")->name, "hlsjs");
}

/// What becomes of a film of one picture track in Matroska: "ts", "fmp4", "no".
std::string video_way(char const* client, Codec codec) {
  auto const choice = choose(*client_of(client, ""), Container::matroska, {track(codec), track(Codec::aac)}, {}, false);
  if (choice.ways[0] == Way::refused) return choice.refusal.empty() ? "no words" : "no";
  EXPECT_TRUE(choice.refusal.empty());
  return choice.packaging == Packaging::ts ? "ts" : "fmp4";
}
std::string sound_way(char const* client, Codec codec, Packaging packaging) {
  auto const choice =
      choose(*client_of(client, ""), Container::matroska, {track(Codec::h264), track(codec)}, packaging, false);
  return choice.ways[1] == Way::as_is ? "as is" : choice.ways[1] == Way::coded ? "AAC" : "out";
}

struct Row {
  char const* client;
  std::array<char const*, 7> video;  ///< H.264, HEVC, VP9, AV1, MPEG-2, MPEG-4, VC-1
  std::string_view ts, fmp4;         ///< passed through of "aac mp3 mp2 ac3 eac3 dts truehd opus vorbis flac pcm"
};
class Matrix : public testing::TestWithParam<Row> {};
TEST_P(Matrix, Video) {
  constexpr std::array codecs{Codec::h264, Codec::h265, Codec::vp9, Codec::av1, Codec::mpeg2, Codec::mpeg4, Codec::vc1};
  for (std::size_t i = 0; i < codecs.size(); ++i) {
    EXPECT_EQ(video_way(GetParam().client, codecs.at(i)), GetParam().video.at(i)) << hls::name_of(codecs.at(i));
  }
}
TEST_P(Matrix, Sound) {
  struct Named {
    std::string_view name;
    Codec codec;
  };
  constexpr std::array codecs{
      Named{"aac", Codec::aac},       Named{"mp3", Codec::mp3},   Named{"mp2", Codec::mp2},
      Named{"ac3", Codec::ac3},       Named{"eac3", Codec::eac3}, Named{"dts", Codec::dts},
      Named{"truehd", Codec::truehd}, Named{"opus", Codec::opus}, Named{"vorbis", Codec::vorbis},
      Named{"flac", Codec::flac},     Named{"pcm", Codec::pcm},   Named{"wma", Codec::wma},
      Named{"alac", Codec::alac}};
  for (auto const& [packaging, list] :
       {std::pair(Packaging::ts, GetParam().ts), std::pair(Packaging::fmp4, GetParam().fmp4)}) {
    auto const all = " " + std::string(list) + " ";
    for (auto const& one : codecs) {
      auto const passes = all.find(" " + std::string(one.name) + " ") != std::string::npos;
      EXPECT_EQ(sound_way(GetParam().client, one.codec, packaging), passes ? "as is" : "AAC") << one.name;
    }
  }
}
constexpr std::array<char const*, 7> plays_all{"ts", "ts", "fmp4", "fmp4", "no", "no", "no"};
INSTANTIATE_TEST_SUITE_P(
    All, Matrix,
    testing::Values(
        Row{"hlsjs", {"ts", "fmp4", "fmp4", "fmp4", "no", "no", "no"}, "aac mp3", "aac mp3 opus flac"},
        Row{"safari", {"ts", "fmp4", "no", "fmp4", "no", "no", "no"}, "aac mp3 ac3 eac3", "aac ac3 eac3 flac"},
        Row{"chromecast", {"ts", "fmp4", "fmp4", "fmp4", "no", "no", "no"}, "aac mp3", "aac mp3 opus flac"},
        Row{"tizen", {"ts", "ts", "no", "no", "no", "no", "no"}, "aac mp3 ac3 eac3", "aac mp3 ac3 eac3"},
        Row{"webos", {"ts", "ts", "no", "no", "no", "no", "no"}, "aac mp3 ac3 eac3", "aac ac3 eac3"},
        Row{"roku", {"ts", "ts", "no", "no", "no", "no", "no"}, "aac mp3", "aac"},
        Row{"exoplayer", {"ts", "ts", "fmp4", "fmp4", "no", "no", "no"}, "aac mp3", "aac mp3 opus flac"},
        Row{"hbbtv", {"ts", "ts", "no", "no", "no", "no", "no"}, "aac mp3 ac3 eac3", "aac ac3 eac3"},
        Row{"vlc", plays_all, "aac mp3 mp2 ac3 eac3", "aac mp3 ac3 eac3 opus flac"},
        Row{"ffmpeg", plays_all, "aac mp3 mp2 ac3 eac3", "aac mp3 ac3 eac3 opus flac"},
        Row{"gstreamer", plays_all, "aac mp3 mp2 ac3 eac3", "aac mp3 ac3 eac3 opus flac"},
        Row{"cautious", {"ts", "ts", "fmp4", "fmp4", "no", "no", "no"}, "aac mp3", "aac"}),
    [](auto const& info) { return std::string(info.param.client); });

TEST(Choose, EveryClientIsInTheMatrix) { EXPECT_EQ(hls::client_names().size(), 12U); }

TEST(Choose, CodesVideoWhereItMay) {
  auto const choice =
      choose(*client_of("tizen", ""), Container::matroska, {track(Codec::vp9), track(Codec::opus)}, {}, true);
  EXPECT_EQ(choice.packaging, Packaging::ts);
  EXPECT_THAT(choice.ways, ElementsAre(Way::coded, Way::coded));
  EXPECT_EQ(choice.refusal, "");
  // HEVC: only some browsers; who asks for coding has one of the others.
  EXPECT_EQ(choose(*client_of("hlsjs", ""), Container::iso, {track(Codec::h265)}, {}, true).ways[0], Way::coded);
  EXPECT_EQ(choose(*client_of("vlc", ""), Container::iso, {track(Codec::h265)}, {}, true).ways[0], Way::as_is);
}
TEST(Choose, RefusesInWordsThatHelp) {
  EXPECT_THAT(choose(*client_of("webos", ""), Container::matroska, {track(Codec::av1)}, {}, false).refusal,
              testing::AllOf(HasSubstr("LG webOS can't play AV1"), HasSubstr("HLS_TRANSCODE=video")));
  EXPECT_THAT(choose(*client_of("vlc", ""), Container::asf, {track(Codec::h264)}, {}, false).refusal, HasSubstr("ASF"));
  EXPECT_THAT(choose(*client_of("vlc", ""), Container::mpeg_ps, {track(Codec::mpeg2)}, {}, false).refusal,
              HasSubstr("HLS_TRANSCODE=video"));
  EXPECT_THAT(choose(*client_of("vlc", ""), Container::matroska, {track(Codec::av1)}, Packaging::ts, false).refusal,
              HasSubstr("container=fmp4"));
  EXPECT_THAT(choose(*client_of("safari", ""), Container::iso, {track(Codec::h265)}, Packaging::ts, false).refusal,
              HasSubstr("container=fmp4"));
}
TEST(Choose, WantedPackagingIsKept) {
  auto const choice = choose(*client_of("vlc", ""), Container::matroska, {track(Codec::h264), track(Codec::flac)},
                             Packaging::fmp4, false);
  EXPECT_EQ(choice.packaging, Packaging::fmp4);
  EXPECT_THAT(choice.ways, ElementsAre(Way::as_is, Way::as_is));
}
TEST(Choose, TooManyChannelsAreMixedDown) {
  EXPECT_EQ(
      choose(*client_of("roku", ""), Container::iso, {track(Codec::h264), track(Codec::aac, 6)}, {}, false).ways[1],
      Way::coded);
  EXPECT_EQ(
      choose(*client_of("roku", ""), Container::iso, {track(Codec::h264), track(Codec::aac, 2)}, {}, false).ways[1],
      Way::as_is);
}
TEST(Choose, CoversAndBitmapsAreLeftOut) {
  auto cover = track(Codec::other_video);
  cover.frame_rate = {0, 1};
  auto const choice = choose(
      *client_of("hlsjs", ""), Container::matroska,
      {cover, track(Codec::h264), track(Codec::aac), track(Codec::other_text), track(Codec::ass), track(Codec::h264)},
      {}, false);
  EXPECT_THAT(choice.ways,
              ElementsAre(Way::left_out, Way::as_is, Way::as_is, Way::left_out, Way::as_is, Way::left_out));
  EXPECT_EQ(
      choose(*client_of("ffmpeg", ""), Container::matroska, {track(Codec::h264), track(Codec::plain_text)}, {}, false)
          .ways[1],
      Way::left_out);
}
TEST(Choose, SoundAlone) {
  EXPECT_EQ(choose(*client_of("hlsjs", ""), Container::flac, {track(Codec::flac)}, {}, false).packaging,
            Packaging::fmp4);
  EXPECT_EQ(choose(*client_of("hlsjs", ""), Container::mp3, {track(Codec::mp3)}, {}, false).packaging, Packaging::ts);
  auto const wav = choose(*client_of("hlsjs", ""), Container::wav, {track(Codec::pcm)}, {}, false);
  EXPECT_THAT(wav.ways, ElementsAre(Way::coded));
  EXPECT_EQ(wav.refusal, "");
}

/// avcC with the SPS that `x264 --profile … --bframes …` writes for 320 x 180.
hls::Bytes avcc(std::initializer_list<unsigned> sps) {
  hls::Bytes bytes{1, 0x64, 0, 0x0d, 0xff, 0xe1, 0, static_cast<std::uint8_t>(sps.size())};
  for (auto const byte : sps) bytes.push_back(static_cast<std::uint8_t>(byte));
  bytes.push_back(0);
  return bytes;
}
constexpr std::initializer_list<unsigned> with_b_frames{0x67, 0x64, 0x00, 0x0c, 0xac, 0xd9, 0x41, 0x41, 0x9f,
                                                        0x9f, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00,
                                                        0x00, 0x03, 0x03, 0x20, 0xf1, 0x42, 0x99, 0x60};
constexpr std::initializer_list<unsigned> without_b_frames{0x67, 0x64, 0x00, 0x0c, 0xac, 0xb2, 0x02, 0x83,
                                                           0x3f, 0x3e, 0x02, 0x20, 0x00, 0x00, 0x03, 0x00,
                                                           0x20, 0x00, 0x00, 0x06, 0x41, 0xe2, 0x85, 0x49};
constexpr std::initializer_list<unsigned> baseline{0x67, 0x42, 0xc0, 0x0c, 0xd9, 0x01, 0x41, 0x9f, 0x9f,
                                                   0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00,
                                                   0x03, 0x03, 0x20, 0xf1, 0x42, 0xa4, 0x80};
constexpr std::initializer_list<unsigned> ten_bits{0x67, 0x6e, 0x00, 0x0c, 0xa6, 0xcd, 0x94, 0x14, 0x19,
                                                   0xf9, 0xf0, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01, 0x00,
                                                   0x00, 0x03, 0x00, 0x32, 0x0f, 0x14, 0x29, 0x96};

TEST(H264Order, ByTheSps) {
  auto film = track(Codec::h264);
  EXPECT_TRUE(hls::may_reorder(film));  // unknown
  film.codec_data = avcc(with_b_frames);
  EXPECT_TRUE(hls::may_reorder(film));
  film.codec_data = avcc(without_b_frames);
  EXPECT_FALSE(hls::may_reorder(film));
  film.codec_data = avcc(baseline);
  EXPECT_FALSE(hls::may_reorder(film));
  EXPECT_FALSE(hls::is_deep_h264(film));
  film.codec_data = avcc(ten_bits);
  EXPECT_TRUE(hls::is_deep_h264(film));
  for (auto const whole = avcc(with_b_frames); film.codec_data.size() > 1;) {  // cut anywhere
    film.codec_data.pop_back();
    (void)hls::may_reorder(film);
    (void)hls::is_deep_h264(film);
  }
}
TEST(Choose, AviOnlyWithoutBFrames) {
  auto film = track(Codec::h264);
  film.codec_data = avcc(with_b_frames);
  EXPECT_THAT(choose(*client_of("hlsjs", ""), Container::avi, {film}, {}, false).refusal, HasSubstr("B-frames"));
  EXPECT_EQ(choose(*client_of("hlsjs", ""), Container::matroska, {film}, {}, false).refusal, "");
  film.codec_data = avcc(without_b_frames);
  EXPECT_EQ(choose(*client_of("hlsjs", ""), Container::avi, {film}, {}, false).refusal, "");
}
TEST(Choose, TenBitsOnlyInSoftware) {
  auto film = track(Codec::h264);
  film.codec_data = avcc(ten_bits);
  EXPECT_EQ(choose(*client_of("vlc", ""), Container::matroska, {film}, {}, false).refusal, "");
  EXPECT_THAT(choose(*client_of("tizen", ""), Container::matroska, {film}, {}, false).refusal, HasSubstr("8 bits"));
  EXPECT_EQ(choose(*client_of("tizen", ""), Container::matroska, {film}, {}, true).ways[0], Way::coded);
}

}  // namespace
