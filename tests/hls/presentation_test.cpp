// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/presentation.hpp"

#include "hls/playlist_checker.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace hls_test;
using namespace std::chrono_literals;
using hls::Codec;
using hls::Kind;
using hls::Packaging;
using hls::Track;
using hls::Way;

constexpr int megabit = 1'000'000;

/// High profile, level 3.1.
hls::Bytes const avcc{1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 5, 0x67, 0x64, 0, 0x1f, 0xaa, 1, 0, 3, 0x68, 0xee, 0x3c};

Track picture() {
  return {.kind = Kind::video,
          .codec = Codec::h264,
          .codec_data = avcc,
          .width = 1280,
          .height = 720,
          .frame_rate = {24000, 1001}};
}
Track sound(Codec codec, std::string language = "", int channels = 2) {
  Track track{.kind = Kind::audio, .codec = codec, .sample_rate = 48000, .channels = channels, .frame_samples = 1024};
  if (codec == Codec::aac) track.codec_data = {0x11, 0x90};
  track.language = std::move(language);
  return track;
}
Track text(std::string language, bool forced = false) {
  return {.kind = Kind::text, .codec = Codec::plain_text, .language = std::move(language), .forced = forced};
}

/// A minute of 4 Mbit/s, a key frame every two seconds; in the second half 8 Mbit/s.
hls::Facts film(std::vector<Track> tracks) {
  hls::Facts facts;
  facts.timeline.container = hls::Container::matroska;
  facts.timeline.end = 60s;
  std::int64_t position = 0;
  for (int i = 0; i < 30; ++i, position += (i <= 15 ? 4 : 8) * megabit / 8 * 2)
    facts.timeline.key_frames.push_back({i * 2s, position});
  facts.file_size = position;
  facts.measures.frame = 40ms;
  facts.segments = hls::plan(facts.timeline);
  for (auto& track : tracks) track.id = static_cast<int>(facts.tracks.size()), facts.tracks.push_back(std::move(track));
  return facts;
}

hls::Choice as_is(hls::Facts const& facts, Packaging packaging = Packaging::ts) {
  return {.packaging = packaging, .ways = std::vector(facts.tracks.size(), Way::as_is), .refusal = {}};
}

struct Shown : MasterSeen {
  Shown(hls::Facts const& facts, hls::Choice const& choice, std::vector<hls::Sidecar> const& sidecars = {},
        std::string const& query = "")
      : MasterSeen(check_master(hls::master_text(facts, choice, sidecars, query))) {}
  [[nodiscard]] AttributeMap const& main() const { return variants.at(0).first; }
  [[nodiscard]] std::string uri() const { return variants.at(0).second; }
  [[nodiscard]] std::int64_t bandwidth() const { return std::stoll(main().at("BANDWIDTH")); }
  /// Value of an attribute of all renditions, with a space behind each.
  [[nodiscard]] std::string all(std::string const& name) const {
    std::string values;
    for (auto const& one : media) values += (one.contains(name) && !one.at(name).empty() ? one.at(name) : "-") + " ";
    return values;
  }
};

TEST(Presentation, OneSoundGoesWithThePicture) {
  auto const facts = film({picture(), sound(Codec::aac)});
  Shown const seen(facts, as_is(facts));
  EXPECT_TRUE(seen.media.empty());
  ASSERT_EQ(seen.variants.size(), 1U);
  EXPECT_EQ(seen.uri(), "ts.6/v0-a1.m3u8");
  EXPECT_EQ(seen.main().at("CODECS"), "\"avc1.64001f,mp4a.40.2\"");
  EXPECT_EQ(seen.main().at("RESOLUTION"), "1280x720");
  EXPECT_EQ(seen.main().at("FRAME-RATE"), "23.976");
  EXPECT_FALSE(seen.main().contains("AUDIO"));
  EXPECT_FALSE(seen.main().contains("SUBTITLES"));
  ASSERT_EQ(seen.i_frames.size(), 1U);
  EXPECT_EQ(seen.i_frames[0].at("URI"), "\"ts.6/i0.m3u8\"");
  EXPECT_EQ(seen.i_frames[0].at("CODECS"), "\"avc1.64001f\"");
}

TEST(Presentation, FragmentedMp4KeepsThemApart) {
  auto const facts = film({picture(), sound(Codec::aac)});
  Shown const seen(facts, as_is(facts, Packaging::fmp4));
  EXPECT_EQ(seen.uri(), "fmp4.6/v0.m3u8");
  EXPECT_EQ(seen.main().at("AUDIO"), "\"audio\"");
  EXPECT_EQ(seen.main().at("CODECS"), "\"avc1.64001f,mp4a.40.2\"");
  EXPECT_EQ(seen.all("URI"), "\"fmp4.6/a1.m3u8\" ");
  EXPECT_EQ(seen.all("DEFAULT"), "YES ");
}

TEST(Presentation, BandwidthIsThatOfTheLoudestStretch) {
  auto const facts = film({picture(), sound(Codec::aac)});
  Shown const seen(facts, as_is(facts));
  auto const average = std::stoll(seen.main().at("AVERAGE-BANDWIDTH"));
  EXPECT_GT(seen.bandwidth(), 8 * megabit);
  EXPECT_LT(seen.bandwidth(), 10 * megabit) << "packaging adds some per cent";
  EXPECT_GT(average, 6 * megabit);
  EXPECT_LT(average, 7 * megabit);
}

TEST(Presentation, PcmThatIsCodedIsNoPartOfTheBandwidth) {
  auto pcm = sound(Codec::pcm);
  pcm.caps = "audio/x-raw, format=(string)S24LE, rate=(int)48000, channels=(int)2";
  auto const with_pcm = film({picture(), pcm}), with_aac = film({picture(), sound(Codec::dts)});
  auto const coded = [](hls::Facts const& facts) {
    auto choice = as_is(facts);
    choice.ways[1] = Way::coded;
    return Shown(facts, choice).bandwidth();
  };
  EXPECT_NEAR(static_cast<double>(coded(with_aac) - coded(with_pcm)), 48000 * 2 * 24, 100'000);
}

TEST(Presentation, SeveralSoundsAreChosenFrom) {
  auto english = sound(Codec::aac, "en"), german = sound(Codec::aac, "de");
  german.is_default = true;
  german.title = "Director";
  auto const facts = film({picture(), english, german, sound(Codec::aac)});
  Shown const seen(facts, as_is(facts));
  EXPECT_EQ(seen.uri(), "ts.6/v0.m3u8");
  EXPECT_EQ(seen.main().at("AUDIO"), "\"audio\"");
  EXPECT_EQ(seen.all("NAME"), "\"English\" \"Director\" \"Sound\" ");
  EXPECT_EQ(seen.all("LANGUAGE"), "\"en\" \"de\" - ");
  EXPECT_EQ(seen.all("DEFAULT"), "NO YES NO ");
  EXPECT_EQ(seen.all("URI"), "\"ts.6/a1.m3u8\" \"ts.6/a2.m3u8\" \"ts.6/a3.m3u8\" ");
}

TEST(Presentation, TheFirstSoundIsTheDefaultIfTheFilmSaysNothing) {
  auto const facts = film({picture(), sound(Codec::aac, "en"), sound(Codec::aac, "de")});
  EXPECT_EQ(Shown(facts, as_is(facts)).all("DEFAULT"), "YES NO ");
}

// A player sets its decoder up by CODECS of the variant stream, which names one.
TEST(Presentation, SoundAloneIsWhatCanBePacked) {
  for (auto const codec : {Codec::mp2, Codec::dts}) {
    auto const facts = film({sound(codec)});
    EXPECT_EQ(Shown(facts, as_is(facts)).uri(), "ts.6/a0aac.m3u8");
    auto const pictures = film({picture(), sound(codec)});
    EXPECT_EQ(Shown(pictures, as_is(pictures)).uri(), "ts.6/v0-a1.m3u8") << "among pictures it may go along";
  }
  auto const facts = film({sound(Codec::mp3)});
  EXPECT_EQ(Shown(facts, as_is(facts)).uri(), "ts.6/a0.m3u8");
}

TEST(Presentation, SubtitlesForTheDeafDoNotStandForOthers) {
  auto const facts = film({picture(), sound(Codec::aac)});
  Shown const seen(facts, as_is(facts),
                   {{.file = 1, .language = "en", .title = "English (SDH)", .hearing_impaired = true},
                    {.file = 2, .language = "en", .title = "English"}});
  EXPECT_EQ(seen.all("AUTOSELECT"), "YES YES ");
  EXPECT_NE(seen.all("CHARACTERISTICS").find("public.accessibility.describes-music-and-sound\" - "), std::string::npos);
}

TEST(Presentation, SoundsToChooseFromAreOfOneCodec) {
  auto const facts = film({picture(), sound(Codec::ac3, "en", 6), sound(Codec::aac, "de")});
  Shown const seen(facts, as_is(facts));
  EXPECT_EQ(seen.all("URI"), "\"ts.6/a1aac.m3u8\" \"ts.6/a2.m3u8\" ");
  EXPECT_EQ(seen.all("CHANNELS"), "\"2\" \"2\" ") << "as it is sent";
  EXPECT_EQ(seen.main().at("CODECS"), "\"avc1.64001f,mp4a.40.2\"");
  auto const alike = film({picture(), sound(Codec::ac3, "en", 6), sound(Codec::ac3, "de")});
  EXPECT_EQ(Shown(alike, as_is(alike)).all("URI"), "\"ts.6/a1.m3u8\" \"ts.6/a2.m3u8\" ");
}

TEST(Presentation, SoundWhichIsCodedSaysSo) {
  auto const facts = film({picture(), sound(Codec::dts, "", 6)});
  auto choice = as_is(facts);
  choice.ways[1] = Way::coded;
  Shown const seen(facts, choice);
  EXPECT_EQ(seen.uri(), "ts.6/v0-a1aac.m3u8");
  EXPECT_EQ(seen.main().at("CODECS"), "\"avc1.64001f,mp4a.40.2\"");
  EXPECT_GT(seen.bandwidth(), Shown(facts, as_is(facts)).bandwidth()) << "nobody knows how much DTS there was";
}

TEST(Presentation, WhatIsLeftOutIsNotNamed) {
  auto const facts = film({picture(),
                           sound(Codec::aac),
                           sound(Codec::other_audio),
                           text("en"),
                           {.kind = Kind::video, .codec = Codec::other_video}});
  auto choice = as_is(facts);
  choice.ways[2] = choice.ways[3] = choice.ways[4] = Way::left_out;
  Shown const seen(facts, choice);
  EXPECT_EQ(seen.uri(), "ts.6/v0-a1.m3u8");
  EXPECT_TRUE(seen.media.empty());
  EXPECT_EQ(seen.i_frames.size(), 1U);
}

// A cover may come first: the picture is the track that is not left out.
TEST(Presentation, ThePictureNeedNotBeTheFirstTrack) {
  auto const facts = film({{.kind = Kind::video, .codec = Codec::other_video}, sound(Codec::aac), picture()});
  auto choice = as_is(facts);
  choice.ways[0] = Way::left_out;
  EXPECT_EQ(Shown(facts, choice).uri(), "ts.6/v2-a1.m3u8");
}

TEST(Presentation, SoundAlone) {
  auto const facts = film({sound(Codec::aac)});
  Shown const seen(facts, as_is(facts));
  EXPECT_EQ(seen.uri(), "ts.6/a0.m3u8");
  EXPECT_EQ(seen.main().at("CODECS"), "\"mp4a.40.2\"");
  for (auto const* of_pictures : {"RESOLUTION", "FRAME-RATE", "VIDEO-RANGE", "CLOSED-CAPTIONS"})
    EXPECT_FALSE(seen.main().contains(of_pictures)) << of_pictures;
  EXPECT_TRUE(seen.i_frames.empty());
  auto second = sound(Codec::aac, "de");
  second.is_default = true;
  auto const two = film({sound(Codec::aac, "en"), second});
  Shown const both(two, as_is(two));
  EXPECT_EQ(both.uri(), "ts.6/a1.m3u8");
  EXPECT_EQ(both.all("URI"), "\"ts.6/a0.m3u8\" \"ts.6/a1.m3u8\" ");
}

TEST(Presentation, SubtitlesOfTheFilmAndBesideIt) {
  auto chosen = text("de");
  chosen.is_default = true;
  auto const facts = film({picture(), text("en", true), chosen, text("")});
  Shown const seen(facts, as_is(facts),
                   {{.file = 7, .path = "film.ja.srt", .language = "ja", .title = "", .forced = false},
                    {.file = 9, .path = "film.srt", .language = "", .title = "Commentary", .forced = true}});
  EXPECT_EQ(seen.main().at("SUBTITLES"), "\"subtitles\"");
  EXPECT_FALSE(seen.main().contains("AUDIO"));
  EXPECT_EQ(seen.all("TYPE"), "SUBTITLES SUBTITLES SUBTITLES SUBTITLES SUBTITLES ");
  EXPECT_EQ(seen.all("NAME"), "\"English\" \"German\" \"Subtitles\" \"Japanese\" \"Commentary\" ");
  EXPECT_EQ(seen.all("FORCED"), "YES NO NO NO YES ");
  EXPECT_EQ(seen.all("DEFAULT"), "NO YES NO NO NO ");
  EXPECT_EQ(seen.all("URI"), "\"ts.6/s1.m3u8\" \"ts.6/s2.m3u8\" \"ts.6/s3.m3u8\" \"ts.6/x7.m3u8\" \"ts.6/x9.m3u8\" ");
}

TEST(Presentation, PicturesWhichAreCodedAreH264) {
  auto video = picture();
  video.codec = Codec::mpeg2;
  video.codec_data.clear();
  video.width = 720;
  video.height = 576;
  video.pixel_width = 64;
  video.pixel_height = 45;
  auto const facts = film({video, sound(Codec::mp3)});
  auto choice = as_is(facts);
  choice.ways[0] = Way::coded;
  auto const text = hls::master_text(facts, choice, {}, "");
  EXPECT_NE(text.find("#EXT-X-INDEPENDENT-SEGMENTS"), text.npos);
  Shown const seen(facts, choice);
  EXPECT_EQ(seen.uri(), "ts.6/v0h264-a1.m3u8");
  EXPECT_TRUE(seen.main().at("CODECS").starts_with("\"avc1.64")) << seen.main().at("CODECS");
  EXPECT_EQ(seen.main().at("RESOLUTION"), "1024x576") << "square pixels";
  EXPECT_TRUE(seen.i_frames.empty()) << "each would cost the coding of a segment";
  EXPECT_FALSE(seen.main().contains("AVERAGE-BANDWIDTH"));
  std::int64_t most = 0;  // in a second
  for (auto const& segment : facts.segments) {
    auto const length = segment.end - segment.begin;
    most = std::max<std::int64_t>(most, facts.coder(0).most_bits(length) * 1s / length);
  }
  EXPECT_GT(seen.bandwidth(), most);
  EXPECT_LT(seen.bandwidth(), most + 2 * megabit) << "sound, and packaging";
}

TEST(Presentation, CarriesTheTokenEverywhere) {
  auto const facts = film({picture(), sound(Codec::aac, "en"), sound(Codec::aac, "de"), text("en")});
  hls::Sidecar const beside{.file = 7, .path = "film.ja.srt", .language = "ja", .title = "", .forced = false};
  for (auto const packaging : {Packaging::ts, Packaging::fmp4}) {
    Shown const seen(facts, as_is(facts, packaging), {beside}, "?token=a%2Fb");
    auto const carries = [](std::string uri) {
      std::erase(uri, '"');
      return uri.ends_with(".m3u8?token=a%2Fb");
    };
    EXPECT_TRUE(carries(seen.uri())) << seen.uri();
    EXPECT_EQ(seen.media.size(), 4U);
    for (auto const& one : seen.media) EXPECT_TRUE(carries(one.at("URI"))) << one.at("URI");
    EXPECT_TRUE(carries(seen.i_frames.at(0).at("URI")));
  }
  for (hls::Rendition const& rendition :
       {hls::Rendition{.packaging = Packaging::fmp4, .video = hls::Part{0}}, hls::Rendition{.text = 3},
        hls::Rendition{.sidecar = 7}, hls::Rendition{.video = hls::Part{0}, .key_frames = true}}) {
    auto const seen = check_media(hls::media_text(facts, rendition, "?token=a%2Fb"));
    for (auto const& uri : seen.uris) EXPECT_TRUE(uri.ends_with("?token=a%2Fb")) << uri;
    if (!seen.map.empty()) {
      EXPECT_EQ(seen.map, "\"v0/init.mp4?token=a%2Fb\"");
    }
  }
}

TEST(Presentation, MediaPlaylistsNameWhatThePackagerMakes) {
  auto const facts = film({picture(), sound(Codec::aac), sound(Codec::ac3), text("en")});
  std::vector<hls::Sidecar> const beside{{.file = 7, .path = "film.srt", .language = "", .title = "", .forced = false}};
  hls::Rendition const all[] = {{.video = hls::Part{0}, .sound = hls::Part{1}},
                                {.packaging = Packaging::fmp4, .video = hls::Part{0}},
                                {.packaging = Packaging::fmp4, .sound = hls::Part{2}},
                                {.sound = hls::Part{2}},
                                {.sound = hls::Part{2, true}},
                                {.text = 3},
                                {.sidecar = 7},
                                {.video = hls::Part{0}, .key_frames = true}};
  for (auto const& rendition : all) {
    SCOPED_TRACE(package_name(rendition.packaging) + "/" + name_of(rendition));
    auto const seen = check_media(hls::media_text(facts, rendition, ""));
    auto const segments = hls::segments_of(rendition, facts);
    ASSERT_EQ(seen.uris.size(), segments.size());
    EXPECT_EQ(seen.micros, 60'000'000);
    for (std::size_t i = 0; i < seen.uris.size(); ++i) {
      auto const slash = seen.uris[i].find('/');
      EXPECT_EQ(hls::parse_rendition(package_name(rendition.packaging), seen.uris[i].substr(0, slash)), rendition);
      auto const item = hls::parse_item(rendition, seen.uris[i].substr(slash + 1), facts, beside);
      ASSERT_TRUE(item) << seen.uris[i];
      EXPECT_EQ(item->index, i);
    }
    EXPECT_EQ(seen.map.empty(), rendition.packaging == Packaging::ts);
  }
  EXPECT_EQ(hls::segments_of(all[6], facts).size(), 1U) << "a file beside the film is not cut";
  EXPECT_GT(hls::segments_of(all[7], facts).size(), facts.segments.size()) << "a picture for each key frame";
}

TEST(Presentation, SoundBeforeThePictureIsInTheFirstSegment) {
  auto facts = film({picture(), sound(Codec::aac)});
  hls::Rendition const rendition{.video = hls::Part{0}, .sound = hls::Part{1}};
  auto const length = [&] { return check_media(hls::media_text(facts, rendition, "")).micros; };
  facts.measures.first = {0s, -100ms};
  EXPECT_EQ(length(), 60'000'000) << "hardly before it";
  facts.measures.first = {0s, -3s};
  EXPECT_EQ(length(), 63'000'000);
}

TEST(Presentation, NobodyGetsWhatTheFilmHasNot) {
  auto const facts = film({picture(), sound(Codec::aac), text("en")});
  auto const is_there = [&](char const* name, char const* file) {
    auto const rendition = hls::parse_rendition("ts.6", name);
    return rendition && hls::parse_item(*rendition, file, facts, {});
  };
  EXPECT_TRUE(is_there("v0-a1", "9.ts"));
  for (auto const& [name, file] :
       std::initializer_list<std::pair<char const*, char const*>>{{"v0-a1", "1000.ts"},
                                                                  {"v0-a1", "00.ts"},
                                                                  {"v0-a1", "+1.ts"},
                                                                  {"v0-a1", "1"},
                                                                  {"v0-a1", "1.m4s"},
                                                                  {"v0-a1", ".ts"},
                                                                  {"v0-a1", ""},
                                                                  {"v0-a1", "init.mp4"},
                                                                  {"v0-a1", "1.ts "},
                                                                  {"v1", "0.ts"},
                                                                  {"v3", "0.ts"},
                                                                  {"a0", "0.aac"},
                                                                  {"a1", "0.ts"},
                                                                  {"s1", "0.vtt"},
                                                                  {"x0", "0.vtt"},
                                                                  {"i0h264", "0.ts"},
                                                                  {"v0-a1", "18446744073709551616.ts"},
                                                                  {"i1", "0.ts"},
                                                                  {"v0-a2", "0.ts"}})
    EXPECT_FALSE(is_there(name, file)) << name << "/" << file;
}

}  // namespace
