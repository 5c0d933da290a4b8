// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/webvtt.hpp"

#include "hls/ass.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace std::chrono_literals;
using hls::Codec;
using hls::Cue;
using hls::Kind;
using hls::Segment;
using hls::Time;

namespace {

hls::AccessUnit unit(Time pts, Time duration, std::string_view text) {
  return {.pts = pts, .dts = pts, .duration = duration, .key = true, .data = hls::Bytes(text.begin(), text.end())};
}
hls::Samples track(Codec codec, std::vector<hls::AccessUnit> units) {
  hls::Track track;
  track.kind = Kind::text;
  track.codec = codec;
  track.caps = "text/x-raw, format=(string)pango-markup";
  return {.track = track, .units = std::move(units), .end = {}};
}
std::string only_text(Codec codec, std::string_view text) {
  auto const cues = hls::cues_of(track(codec, {unit(1s, 2s, text)}));
  return cues.size() == 1 ? cues[0].text : std::to_string(cues.size()) + " cues";
}

TEST(CuesOf, PangoMarkupBecomesWebvtt) {
  EXPECT_EQ(only_text(Codec::plain_text, "<i>Tom</i> &amp; <b>Jerry</b> &lt;3"), "<i>Tom</i> &amp; <b>Jerry</b> &lt;3");
  EXPECT_EQ(only_text(Codec::plain_text, "<span foreground=\"red\">red</span> <s>gone</s>"), "red gone");
  EXPECT_EQ(only_text(Codec::plain_text, "it&apos;s &#228;&#x26;"), "it's ä&amp;");
}
TEST(CuesOf, WhatIsNoMarkupStaysText) {
  EXPECT_EQ(only_text(Codec::plain_text, "a < b & c > d --> e"), "a &lt; b &amp; c &gt; d --&gt; e");
  EXPECT_EQ(only_text(Codec::plain_text, "<3 I <unknown> you"), "&lt;3 I &lt;unknown&gt; you");
  EXPECT_EQ(only_text(Codec::plain_text, "<"), "&lt;");
  EXPECT_EQ(only_text(Codec::plain_text, "&"), "&amp;");
  EXPECT_EQ(only_text(Codec::plain_text, "{\\an8"), "{\\an8");
}
TEST(CuesOf, TagsAreNestedAndClosed) {
  EXPECT_EQ(only_text(Codec::plain_text, "<i>a<b>b</i>c"), "<i>a</i><i><b>b</b></i><b>c</b>");
  EXPECT_EQ(only_text(Codec::plain_text, "</i></b>x<u>y"), "x<u>y</u>");
}
TEST(CuesOf, NoEmptyLineEndsACueEarly) {
  EXPECT_EQ(only_text(Codec::plain_text, "\r\n a \r\n\r\n \r\nb\n\n"), "a\nb");
  EXPECT_EQ(only_text(Codec::plain_text, "a<br/>b<BR>c"), "a\nb\nc");
}
TEST(CuesOf, OverridesPlaceTheText) {
  auto const cues = hls::cues_of(track(Codec::plain_text, {unit(1s, 1s, "{\\an8}top {\\i1}it{\\i0}alic")}));
  ASSERT_EQ(cues.size(), 1U);
  EXPECT_EQ(cues[0].text, "top <i>it</i>alic");
  EXPECT_EQ(cues[0].settings, "line:0");
}
TEST(CuesOf, BytesThatAreNoUtf8Vanish) { EXPECT_EQ(only_text(Codec::plain_text, "a\xff\xc3(\x01z"), "a(z"); }
TEST(CuesOf, EmptySamplesAreNoCues) {
  EXPECT_TRUE(hls::cues_of(track(Codec::plain_text, {unit(1s, 1s, ""), unit(2s, 1s, " \n "), unit(3s, 1s, "<i></i>")}))
                  .empty());
}
TEST(CuesOf, WithoutALengthACueLastsUntilTheNext) {
  auto const cues = hls::cues_of(track(Codec::plain_text, {unit(1s, 0s, "a"), unit(3s, 0s, "b"), unit(60s, -1s, "c")}));
  ASSERT_EQ(cues.size(), 3U);
  EXPECT_EQ(cues[0].end, 3s);
  EXPECT_EQ(cues[1].end, 8s);
  EXPECT_EQ(cues[2].end, 65s);
}
TEST(CuesOf, WebvttInWebmHasIdentifierAndSettings) {
  auto const cues = hls::cues_of(
      track(Codec::webvtt, {unit(1s, 1s, "\n\n<c.yellow>plain</c> &amp; <v Ann>Ann"),
                            unit(2s, 1s, "7\nline:10% region:r align:middle\ntext"), unit(3s, 1s, "bare\ntwo")}));
  ASSERT_EQ(cues.size(), 3U);
  EXPECT_EQ(cues[0].text, "plain &amp; Ann");
  EXPECT_EQ(cues[1], (Cue{2s, 3s, "text", "line:10% align:center"}));
  EXPECT_EQ(cues[2].text, "bare\ntwo");
}
TEST(CuesOf, WebvttInMp4IsASmallFile) {
  auto const cues = hls::cues_of(
      track(Codec::webvtt, {unit(1s, 1s,
                                 "WEBVTT\n\n00:00:01.000 --> 00:00:02.000 line:0\none\n\n1\n00:00:01.000 --> "
                                 "00:00:02.000\ntwo\nlines\n\n")}));
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_EQ(cues[0], (Cue{1s, 2s, "one", "line:0"}));
  EXPECT_EQ(cues[1], (Cue{1s, 2s, "two\nlines", ""}));
}

hls::Samples ass(std::vector<hls::AccessUnit> units) {
  auto samples = track(Codec::ass, std::move(units));
  std::string_view const header =
      "[Script Info]\r\nPlayResX: 1000\r\nPlayResY: 500\r\n\r\n[V4+ Styles]\r\n"
      "Format: Name, Fontname, Fontsize, Bold, Italic, Underline, Alignment\r\n"
      "Style: Default,Arial,20,0,0,0,2\r\nStyle: Thought,Arial,20,0,-1,0,2\r\nStyle: Top,Arial,20,0,0,0,8\r\n";
  samples.track.codec_data.assign(header.begin(), header.end());
  return samples;
}
Cue ass_cue(std::string_view event) {
  auto const cues = hls::cues_of(ass({unit(1s, 1s, event)}));
  return cues.size() == 1 ? cues[0] : Cue{};
}

TEST(CuesOf, AssStylesAndOverrides) {
  EXPECT_EQ(ass_cue("0,0,Default,,0,0,0,,Hello, {\\i1}you{\\i0}!\\Ntwo").text, "Hello, <i>you</i>!\ntwo");
  EXPECT_EQ(ass_cue("0,0,Thought,,0,0,0,,hm {\\rDefault}said{\\r} hm").text, "<i>hm</i> said <i>hm</i>");
  EXPECT_EQ(ass_cue("0,0,Top,,0,0,0,,x").settings, "line:0");
  EXPECT_EQ(ass_cue("0,0,Top,,0,0,0,,{\\an1}x").settings, "align:start");
  EXPECT_EQ(ass_cue("0,0,Default,,0,0,0,,{\\a6}x").settings, "line:0");
  EXPECT_EQ(ass_cue("0,0,Default,,0,0,0,,{\\pos(250,50)\\bord2\\c&H00&}x").settings, "line:5% position:25%");
  EXPECT_EQ(ass_cue("0,0,Default,,0,0,0,,{\\pos(500,480)}x").settings, "");
  EXPECT_EQ(ass_cue("0,0,Nobody,,0,0,0,,{comment}x\\hy").text, "x\u00a0y");
  EXPECT_EQ(ass_cue("0,0,Default,,0,0,0,,{\\t(0,500,\\i1)}x").text, "x");
}
TEST(CuesOf, AssDrawingsAreNoText) {
  EXPECT_EQ(ass_cue("0,0,Default,,0,0,0,,{\\p1}m 0 0 l 10 10{\\p0}").text, "");
  EXPECT_EQ(ass_cue("0,0,Default,,0,0,0,,{\\p1}m 0 0{\\p0}sign").text, "sign");
}
TEST(CuesOf, AssThatIsBrokenDoesNoHarm) {
  EXPECT_EQ(ass_cue("").text, "");
  EXPECT_EQ(ass_cue("0,0").text, "");
  EXPECT_EQ(ass_cue(",,,,,,,,{\\pos(}{\\pos(1e999,1)}{\\an99}{\\b99999999999}x{").text, "x{");
  (void)hls::AssScript("Format\nStyle:\nFormat: Name\nStyle: a,b,c\n[V4 Styles]\nStyle: x");
}
TEST(CuesOf, LayersAndFramesOfTheSameTextAreOneCue) {
  auto const cues = hls::cues_of(
      ass({unit(1s, 40ms, "0,0,Default,,0,0,0,,{\\blur1}Sign"), unit(1s, 40ms, "1,1,Default,,0,0,0,,{\\blur2}Sign"),
           unit(1040ms, 40ms, "2,0,Default,,0,0,0,,Sign"), unit(1080ms, 40ms, "3,0,Default,,0,0,0,,Sign"),
           unit(3s, 1s, "4,0,Default,,0,0,0,,Sign")}));
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_EQ(cues[0], (Cue{1s, 1120ms, "Sign", ""}));
  EXPECT_EQ(cues[1].begin, 3s);
}

std::vector<Cue> const some{
    {1s, 2s, "one", ""}, {5s, 13s, "long", "line:0"}, {6s, 7s, "two", ""}, {12s, 14s, "three", ""}};

TEST(WebvttSegment, HoldsWhatIsShownWithin) {
  EXPECT_EQ(hls::webvtt_segment(some, {6s, 12s}, false, false),
            "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n"
            "\n00:00:05.000 --> 00:00:13.000 line:0\nlong\n"
            "\n00:00:06.000 --> 00:00:07.000\ntwo\n");
}
TEST(WebvttSegment, ALongCueIsInEverySegmentItTouches) {
  for (auto const& segment : {Segment{0s, 6s}, Segment{6s, 12s}, Segment{12s, 18s}}) {
    EXPECT_THAT(hls::webvtt_segment(some, segment, false, false), testing::HasSubstr("00:00:05.000 --> 00:00:13.000"));
  }
  EXPECT_THAT(hls::webvtt_segment(some, {18s, 24s}, false, false), testing::Not(testing::HasSubstr("-->")));
}
TEST(WebvttSegment, FirstAndLastTakeWhatIsOutside) {
  EXPECT_THAT(hls::webvtt_segment(some, {4s, 5s}, true, false), testing::HasSubstr("one"));
  EXPECT_THAT(hls::webvtt_segment(some, {6s, 7s}, false, true), testing::HasSubstr("three"));
}
TEST(WebvttSegment, ShiftMovesFilesBesideTheFilm) {
  EXPECT_THAT(hls::webvtt_segment({{1s, 2s, "x", ""}}, {3600s, 3606s}, false, false, 3600s),
              testing::HasSubstr("01:00:01.000 --> 01:00:02.000"));
}
TEST(WebvttSegment, TimesThatWebvttHasNot) {
  auto const text = hls::webvtt_segment(
      {{-3s, -1s, "gone", ""}, {-1s, 1s, "cut", ""}, {2s, 2s + 100ns, "short", ""}, {400000s, 400001s, "late", ""}},
      {-3s, 400002s}, true, true);
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("gone")));
  EXPECT_THAT(text, testing::HasSubstr("00:00:00.000 --> 00:00:01.000\ncut"));
  EXPECT_THAT(text, testing::HasSubstr("00:00:02.000 --> 00:00:02.001\nshort"));
  EXPECT_THAT(text, testing::HasSubstr("111:06:40.000 --> 111:06:41.000\nlate"));
}

}  // namespace
