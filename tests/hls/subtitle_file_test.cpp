// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/webvtt.hpp"

#include <glib.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

using namespace std::chrono_literals;
using namespace std::string_literals;
using hls::Cue;
using hls::read_subtitles;

namespace {

std::string in(char const* charset, std::string const& utf8) {
  gsize size = 0;
  auto* const bytes =
      g_convert(utf8.data(), static_cast<gssize>(utf8.size()), charset, "UTF-8", nullptr, &size, nullptr);
  std::string text(bytes == nullptr ? "" : bytes, size);
  g_free(bytes);
  return text;
}

TEST(SubRip, Plain) {
  auto const cues = read_subtitles(
      "1\n00:00:01,000 --> 00:00:02,500\nHello\nworld\n\n2\n00:00:03,000 --> 00:00:04,000\n"
      "<i>again</i> & again\n",
      "film.srt");
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_EQ(cues[0], (Cue{1s, 2500ms, "Hello\nworld", ""}));
  EXPECT_EQ(cues[1], (Cue{3s, 4s, "<i>again</i> &amp; again", ""}));
}
TEST(SubRip, Sloppy) {
  // BOM, CRLF, no numbers, no blank lines, dots, missing hours and milliseconds, blanks, coordinates, wrong arrows.
  auto const cues = read_subtitles(
      "\xEF\xBB\xBF"
      "junk before\r\n1\r\n00:00:01.000 --> 00:00:02.000 X1:100 X2:200 Y1:10 Y2:20\r\n{\\an8}one\r\n"
      "00:00:02,0-->00:00:03,5\r\ntwo\r\n3\r\n00:04 -> 00:05.250\r\nthree\r\n\r\nstill three\r\n\r\n\r\n"
      "5\r\n 0:00:06:500 --> 0: 0: 7, 0\r\n4\r\n",
      "film.srt");
  ASSERT_EQ(cues.size(), 4U);
  EXPECT_EQ(cues[0], (Cue{1s, 2s, "one", "line:0"}));
  EXPECT_EQ(cues[1], (Cue{2s, 3500ms, "two", ""}));
  EXPECT_EQ(cues[2], (Cue{4s, 5250ms, "three\nstill three", ""}));
  EXPECT_EQ(cues[3], (Cue{6500ms, 7s, "4", ""}));
}
TEST(SubRip, OldMacLineEnds) {
  auto const cues =
      read_subtitles("1\r00:00:01,000 --> 00:00:02,000\rone\r\r2\r00:00:03,000 --> 00:00:04,000\rtwo\r", "f.srt");
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_EQ(cues[1].text, "two");
}
TEST(SubRip, OutOfOrderAndOverlappingAndBackwards) {
  auto const cues = read_subtitles(
      "1\n00:00:05,000 --> 00:00:09,000\nlate\n\n2\n00:00:01,000 --> 00:00:06,000\nearly\n\n"
      "3\n00:00:20,000 --> 00:00:19,000\nbackwards\n\n4\n00:00:22,000 --> 00:00:23,000\nz\n",
      "f.srt");
  ASSERT_EQ(cues.size(), 4U);
  EXPECT_EQ(cues[0].text, "early");
  EXPECT_EQ(cues[1], (Cue{5s, 9s, "late", ""}));
  EXPECT_EQ(cues[2], (Cue{20s, 22s, "backwards", ""}));
}
TEST(SubRip, ALongFilm) {
  std::string text;
  for (int i = 0; i < 5000; ++i) {
    text += std::to_string(i + 1) + "\n0" + std::to_string(i / 3600) + ":" + (i / 60 % 60 < 10 ? "0" : "") +
            std::to_string(i / 60 % 60) + ":" + (i % 60 < 10 ? "0" : "") + std::to_string(i % 60) + ",000 --> 0" +
            std::to_string(i / 3600) + ":" + (i / 60 % 60 < 10 ? "0" : "") + std::to_string(i / 60 % 60) + ":" +
            (i % 60 < 10 ? "0" : "") + std::to_string(i % 60) + ",900\nLine " + std::to_string(i) + "\n\n";
  }
  auto const cues = read_subtitles(text, "f.srt");
  ASSERT_EQ(cues.size(), 5000U);
  EXPECT_EQ(cues[4321], (Cue{4321s, 4321900ms, "Line 4321", ""}));
}

std::string const ass =
    "[Script Info]\nScriptType: v4.00+\nPlayResX: 640\nPlayResY: 480\n\n[V4+ Styles]\n"
    "Format: Name, Fontname, Fontsize, PrimaryColour, Bold, Italic, Underline, Alignment\n"
    "Style: Default,Arial,20,&H00FFFFFF,0,0,0,2\nStyle: Alt,Arial,20,&H00FFFFFF,0,-1,0,8\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:05.00,0:00:08.00,Alt,,0,0,0,,Top, with comma\n"
    "Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,not shown\n"
    "Dialogue: 0,0:00:01.00,0:00:06.50,Default,,0,0,0,,One\\Ntwo {\\b1}bold{\\b0}\n";

TEST(Ass, StylesPositionsOverlap) {
  auto const cues = read_subtitles(ass, "film.ass");
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_EQ(cues[0], (Cue{1s, 6500ms, "One\ntwo <b>bold</b>", ""}));
  EXPECT_EQ(cues[1], (Cue{5s, 8s, "<i>Top, with comma</i>", "line:0"}));
}
TEST(Ass, InUtf16WithBom) {
  auto const cues = read_subtitles("\xFF\xFE" + in("UTF-16LE", ass), "film.ass");
  ASSERT_EQ(cues.size(), 2U);
}
TEST(Ass, OldSsa) {
  auto const cues = read_subtitles(
      "[Script Info]\nScriptType: v4.00\n\n[V4 Styles]\nFormat: Name, Fontname, Fontsize, Bold, Italic, Alignment\n"
      "Style: Default,Arial,20,0,0,6\n\n[Events]\nFormat: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, "
      "Effect, Text\nDialogue: Marked=0,0:00:01.00,0:00:02.00,*Default,NTP,0000,0000,0000,!Effect,Hi\n",
      "film.ssa");
  ASSERT_EQ(cues.size(), 1U);
  EXPECT_EQ(cues[0], (Cue{1s, 2s, "Hi", "line:0"}));
}

TEST(Webvtt, HeadersNotesRegionsSettings) {
  auto const cues = read_subtitles(
      "WEBVTT - a film\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\nSTYLE\n::cue { color: red }\n\n"
      "REGION\nid:r\nwidth:40%\n\nNOTE a note\nof two lines\n\nfirst\n00:01.000 --> 00:02.000 line:5% region:r "
      "align:end\n"
      "<v Ann>Hi <i>you</i></v> &amp; <00:01.500>all\n\n01:00:00.000 --> 01:00:01.000\nlate &nbsp;&lt;b&gt;\n",
      "film.vtt");
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_EQ(cues[0], (Cue{1s, 2s, "Hi <i>you</i> &amp; all", "line:5% align:end"}));
  EXPECT_EQ(cues[1], (Cue{3600s, 3601s, "late \u00a0&lt;b&gt;", ""}));
}

TEST(MicroDvd, ByTheFilmsRateOrItsOwn) {
  auto const text = "{25}{50}Hello|{y:i}you\n{100}{125}x\n"s;
  auto const cues = read_subtitles(text, "film.sub", "", {.frames = 25, .seconds = 1});
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_EQ(cues[0].begin, 1s);
  EXPECT_EQ(cues[0].end, 2s);
  EXPECT_EQ(cues[0].text, "Hello\n<i>you</i>");
  auto const ntsc = read_subtitles(text, "film.sub", "", {.frames = 30000, .seconds = 1001});
  EXPECT_NEAR(static_cast<double>(ntsc[1].begin.count()) / 1e9, 100 * 1001 / 30000.0, 1e-6);
  auto const own = read_subtitles("{1}{1}50\n" + text, "film.sub", "", {.frames = 25, .seconds = 1});
  ASSERT_EQ(own.size(), 2U);
  EXPECT_EQ(own[0].begin, 500ms);
}
TEST(Mpl2, Tenths) {
  auto const cues = read_subtitles("[10][25]Hello|/you\n[30][40]x\n", "film.txt");
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_EQ(cues[0], (Cue{1s, 2500ms, "Hello\n<i>you</i>", ""}));
}
TEST(Sami, ItsSyncs) {
  auto const cues = read_subtitles(
      "<SAMI><HEAD><STYLE><!-- .ENCC {Name: English; lang: en-US;} --></STYLE></HEAD><BODY>\n"
      "<SYNC Start=1000><P Class=ENCC>Hello<br>you\n<SYNC Start=2000><P Class=ENCC>&nbsp;\n"
      "<SYNC Start=3000><P Class=ENCC>One&nbsp;two &amp; three&#33; &lt;4&gt; &c\n<SYNC Start=4000><P "
      "Class=ENCC>&nbsp;\n</BODY></SAMI>\n",
      "film.smi");
  ASSERT_GE(cues.size(), 2U);
  EXPECT_EQ(cues[0], (Cue{1s, 2s, "Hello\nyou", ""}));
  EXPECT_EQ(cues[1].text, "One\u00a0two &amp; three! &lt;4&gt; &amp;c");
}
TEST(RealText, ItsEntities) {
  auto const cues = read_subtitles(
      "<window duration=\"30\">\n<time begin=\"1\" end=\"2\"/>One &amp; <b>two</b>\n<time begin=\"3\" end=\"4\"/>x\n"
      "</window>\n",
      "film.rt");
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_THAT(cues[0].text, testing::HasSubstr("One &amp; "));
  EXPECT_EQ(cues[0].text.find("amp;amp"), std::string::npos);
}
TEST(Ttml, TimesStylesRegions) {
  auto const cues = read_subtitles(
      "<?xml version=\"1.0\"?>\n<tt xmlns=\"http://www.w3.org/ns/ttml\" "
      "xmlns:tts=\"http://www.w3.org/ns/ttml#styling\" "
      "xmlns:ttp=\"http://www.w3.org/ns/ttml#parameter\" ttp:frameRate=\"25\" ttp:tickRate=\"1000\"><head><styling>"
      "<style xml:id=\"it\" tts:fontStyle=\"italic\"/></styling><layout><region xml:id=\"top\" "
      "tts:displayAlign=\"before\"/></layout></head><body><div begin=\"10s\">"
      "<p begin=\"00:00:01.5\" end=\"00:00:02:05\" style=\"it\">Hello<br/>\n   you</p>"
      "<p begin=\"3000t\" dur=\"1s\" region=\"top\">a <span tts:fontStyle=\"italic\">b</span> c &amp; "
      "d</p></div></body></tt>",
      "film.ttml");
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_EQ(cues[0], (Cue{11500ms, 12200ms, "<i>Hello\nyou</i>", ""}));
  EXPECT_EQ(cues[1], (Cue{13s, 14s, "a <i>b</i> c &amp; d", "line:0"}));
}
TEST(SubViewer, AndVplayer) {
  auto const sub = read_subtitles(
      "[INFORMATION]\n[TITLE]x\n[END INFORMATION]\n[SUBTITLE]\n00:00:01.00,00:00:02.00\nHello[br]you\n\n"
      "00:00:03.00,00:00:04.00\nx\n",
      "film.sub");
  ASSERT_EQ(sub.size(), 2U);
  EXPECT_EQ(sub[0].text, "Hello\nyou");
  auto const vplayer = read_subtitles("00:00:01:Hello|you\n00:00:03:x\n00:00:05:y\n", "film.txt");
  ASSERT_EQ(vplayer.size(), 3U);
  EXPECT_EQ(vplayer[0], (Cue{1s, 3s, "Hello\nyou", ""}));
}

struct Encoded {
  char const* charset;
  char const* language;
  char const* text;
};
class Encodings : public testing::TestWithParam<Encoded> {};
TEST_P(Encodings, AreFound) {
  auto const& [charset, language, text] = GetParam();
  auto const file = in(charset, "1\n00:00:01,000 --> 00:00:03,000\n"s + text + "\n");
  ASSERT_FALSE(file.empty());
  auto const cues = read_subtitles(file, "f.srt", language);
  ASSERT_EQ(cues.size(), 1U);
  EXPECT_EQ(cues[0].text, text);
}
constexpr auto polish = "Zażółć gęślą jaźń, mówił święty źrebak o północy";
constexpr auto russian = "Съешь же ещё этих мягких французских булок да выпей чаю, товарищ";
constexpr auto greek = "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία και τον κόσμο όλο";
constexpr auto chinese = "我们明天早上一起去学校看书，然后回家吃晚饭，你觉得怎么样？";
constexpr auto taiwan = "我們明天早上一起去學校看書，然後回家吃晚飯，你覺得怎麼樣？";
constexpr auto japanese = "いろはにほへと、ちりぬるを。私は明日、学校へ行きます。";
constexpr auto korean = "안녕하세요. 우리는 내일 아침 학교에 갑니다. 어떻게 생각하세요?";
INSTANTIATE_TEST_SUITE_P(
    All, Encodings,
    testing::Values(Encoded{"UTF-8", "", polish}, Encoded{"UTF-8", "ja", japanese},
                    Encoded{"WINDOWS-1250", "pl", polish}, Encoded{"ISO-8859-2", "pl", polish},
                    Encoded{"WINDOWS-1251", "ru", russian}, Encoded{"KOI8-R", "ru", russian},
                    Encoded{"WINDOWS-1251", "", russian}, Encoded{"KOI8-R", "", russian},
                    Encoded{"WINDOWS-1252", "fr", "Où est l’été ? Ça va très bien, garçon – voilà"},
                    Encoded{"WINDOWS-1252", "", "Où est l'été ? Ça va très bien, garçon, voilà la forêt près de l'île"},
                    Encoded{"WINDOWS-1252", "de", "Grüße an die süße Frau Müller – schöne Ärzte"},
                    Encoded{"WINDOWS-1253", "el", greek}, Encoded{"WINDOWS-1253", "", greek},
                    Encoded{"WINDOWS-1254", "tr", "Şimdi gidiyoruz, çocuğum; ığdır'da güneş doğuyor"},
                    Encoded{"WINDOWS-1255", "he", "שלום לכולם, מה שלומכם היום? אני הולך לבית הספר"},
                    Encoded{"WINDOWS-1256", "ar", "مرحبا بكم جميعا، كيف حالكم اليوم؟ أنا ذاهب إلى المدرسة"},
                    Encoded{"GB18030", "zh", chinese}, Encoded{"GB18030", "", chinese},
                    Encoded{"BIG5", "zh-Hant", taiwan}, Encoded{"BIG5", "", taiwan},
                    Encoded{"SHIFT_JIS", "ja", japanese}, Encoded{"SHIFT_JIS", "", japanese},
                    Encoded{"EUC-JP", "ja", japanese}, Encoded{"EUC-KR", "ko", korean}, Encoded{"EUC-KR", "", korean},
                    Encoded{"UTF-16LE", "", "Hello without a mark"}, Encoded{"UTF-16BE", "", "Hello without a mark"}));

TEST(ReadSubtitles, NearlyUtf8IsUtf8) {
  std::string text = "1\n00:00:01,000 --> 00:00:03,000\n";
  for (int i = 0; i < 3; ++i) text += polish;
  text += "\xC4\n";  // cut off
  auto const cues = read_subtitles(text, "f.srt");
  ASSERT_EQ(cues.size(), 1U);
  EXPECT_THAT(cues[0].text, testing::StartsWith(polish));
}
TEST(ReadSubtitles, SaysWhatIsNone) {
  EXPECT_THROW((void)read_subtitles("", "f.srt"), std::invalid_argument);
  EXPECT_THROW((void)read_subtitles("Just some text about a film.\n", "f.srt"), std::invalid_argument);
  EXPECT_THROW((void)read_subtitles("\0\0\1\xBA some picture"s, "f.sub"), std::invalid_argument);
  EXPECT_THROW((void)read_subtitles(std::string((16 << 20) + 1, 'x'), "f.srt"), std::invalid_argument);
}
TEST(ReadSubtitles, SurvivesAnything) {
  std::mt19937 random(7);
  std::vector<std::string> const seeds{
      ass,
      "1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i> {\\an8}&amp;\n\n2\n00:00:03,000 --> 00:00:04,000\nx\n",
      "WEBVTT\n\n00:01.000 --> 00:02.000 line:1\nHi\n",
      "{25}{50}Hello|{y:i}you\n",
      "[10][25]Hello|/you\n",
      "<SAMI><BODY><SYNC Start=1000><P>Hello<br>you\n</BODY></SAMI>",
      "<tt><body><p begin=\"1s\" end=\"2s\">x<br/>y</p></body></tt>"};
  for (int i = 0; i < 3000; ++i) {
    auto text = seeds[random() % seeds.size()];
    for (unsigned n = random() % 8 + 1; n > 0 && !text.empty(); --n) {
      auto const at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, random() % 20);
          break;
        case 2:
          text.insert(at, text.substr(random() % text.size(), random() % 40));
          break;
        default:
          text.insert(at, std::to_string(random()));
          break;
      }
    }
    try {
      for (auto const& cue : read_subtitles(text, "f.srt")) {
        ASSERT_LT(cue.begin, cue.end);
        ASSERT_FALSE(cue.text.empty());
        ASSERT_EQ(cue.text.find("\n\n"), std::string::npos);
        ASSERT_EQ(cue.text.find("-->"), std::string::npos);
        ASSERT_TRUE(g_utf8_validate(cue.text.data(), static_cast<gssize>(cue.text.size()), nullptr));
      }
    } catch (std::invalid_argument const&) {
    }
  }
}

}  // namespace
