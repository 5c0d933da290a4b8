// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/sidecar.hpp"

#include "film_bytes.hpp"
#include "hls/languages.hpp"
#include "hls/packager.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace std::chrono_literals;
using namespace std::string_literals;
using hls::sidecar_name;
using hls::SidecarName;
using testing::ElementsAre;

namespace {

TEST(Languages, ByAnyOfTheirNames) {
  EXPECT_EQ(hls::language_tag("en"), "en");
  EXPECT_EQ(hls::language_tag("ENG"), "en");
  EXPECT_EQ(hls::language_tag("English"), "en");
  EXPECT_EQ(hls::language_tag("ger"), "de");
  EXPECT_EQ(hls::language_tag("deu"), "de");
  EXPECT_EQ(hls::language_tag("pt-BR"), "pt-BR");
  EXPECT_EQ(hls::language_tag("pt_br"), "pt-BR");
  EXPECT_EQ(hls::language_tag("en-US"), "en-US");
  EXPECT_EQ(hls::language_tag("zh-Hant"), "zh-Hant");
  EXPECT_EQ(hls::language_tag("zh-TW"), "zh-Hant");
  EXPECT_EQ(hls::language_tag("chs"), "zh-Hans");
  EXPECT_EQ(hls::language_tag("Brazilian Portuguese"), "pt-BR");
  for (auto const* none : {"", "1080p", "x264", "the", "qq", "web-dl", "und", " "})
    EXPECT_EQ(hls::language_tag(none), "") << none;
  EXPECT_EQ(hls::language_name("pt-BR"), "Portuguese (Brazil)");
  EXPECT_EQ(hls::language_name("en-US"), "English (US)");
  EXPECT_EQ(hls::language_name("xx"), "xx");
}

struct Named {
  char const* subtitle;
  char const* film;
  SidecarName name;
};
class SidecarNames : public testing::TestWithParam<Named> {};
TEST_P(SidecarNames, Tell) {
  auto const& [subtitle, film, name] = GetParam();
  auto const told = sidecar_name(subtitle, film);
  EXPECT_EQ(told.language, name.language) << subtitle;
  EXPECT_EQ(told.title, name.title) << subtitle;
  EXPECT_EQ(told.forced, name.forced) << subtitle;
  EXPECT_EQ(told.hearing_impaired, name.hearing_impaired) << subtitle;
}
INSTANTIATE_TEST_SUITE_P(
    All, SidecarNames,
    testing::Values(
        Named{"Film.srt", "Film.mkv", {"", "Subtitles", false, false}},
        Named{"Film.en.srt", "Film.mkv", {"en", "English", false, false}},
        Named{"Film.eng.srt", "Film.mkv", {"en", "English", false, false}},
        Named{"Film.pt-BR.forced.srt", "Film.mkv", {"pt-BR", "Portuguese (Brazil, forced)", true, false}},
        Named{"Film.en.sdh.srt", "Film.mkv", {"en", "English (SDH)", false, true}},
        Named{"Film.en.hi.srt", "Film.mkv", {"en", "English (SDH)", false, true}},
        Named{"Film.hi.srt", "Film.mkv", {"hi", "Hindi", false, false}},
        Named{"Film.forced.de.ass", "Film.mkv", {"de", "German (forced)", true, false}},
        Named{"Film.2020.1080p.x264_English.srt", "Film.2020.1080p.x264.mkv", {"en", "English", false, false}},
        Named{"Subs/2_English.srt", "Film.mkv", {"en", "English", false, false}},
        Named{"Subs/Film/3_eng.srt", "Film.mkv", {"en", "English", false, false}},
        Named{"Subs/4_English-SDH.srt", "Film.mkv", {"en", "English (SDH)", false, true}},
        Named{"Subs/5_Portuguese (Brazilian).srt", "Film.mkv", {"pt-BR", "Portuguese (Brazil)", false, false}},
        Named{"Subs/Simplified Chinese.srt", "Film.mkv", {"zh-Hans", "Chinese (simplified)", false, false}},
        Named{"Film.zh-TW.srt", "Film.mkv", {"zh-Hant", "Chinese (traditional)", false, false}},
        Named{"Film.en.Commentary.srt", "Film.mkv", {"en", "English (Commentary)", false, false}},
        Named{"Show.S01E02.fr.srt", "Show.S01E02.1080p.mkv", {"fr", "French", false, false}},
        Named{"Film.[spa].srt", "Film.mkv", {"es", "Spanish", false, false}},
        // A language's name in the film's own.
        Named{"The.Italian.Job.srt", "The.Italian.Job.mkv", {"", "Subtitles", false, false}},
        Named{"The.Italian.Job.en.srt", "The.Italian.Job.mkv", {"en", "English", false, false}}));

TEST(IsSubtitle, ByEnding) {
  for (auto const* yes : {"a.srt", "a.SRT", "x/y.ass", "a.vtt", "a.sub", "a.smi", "a.ttml"})
    EXPECT_TRUE(hls::is_subtitle(yes)) << yes;
  for (auto const* no : {"a.mkv", "a.idx", "a.sup", "srt", "a.txt", "a", ""}) EXPECT_FALSE(hls::is_subtitle(no)) << no;
}

TEST(SubtitlesOf, OneFilm) {
  EXPECT_THAT(hls::subtitles_of({"Film.mkv", "Film.srt", "Film.en.srt", "whatever.srt", "Film.nfo",
                                 "Subs/2_English.srt", "Subs/Film/3_fre.srt", "Sample/sample.mkv"},
                                0),
              ElementsAre(1, 2, 3, 5, 6));
  EXPECT_THAT(hls::subtitles_of({"T/Film.mkv", "T/Subs/en.srt", "Other/Film.srt"}, 0), ElementsAre(1));
}
TEST(SubtitlesOf, ManyFilms) {
  std::vector<std::string> const season{"S/Show.S01E01.1080p.mkv",
                                        "S/Show.S01E02.1080p.mkv",
                                        "S/Show.S01E01.en.srt",
                                        "S/Show.S01E02.1080p.srt",
                                        "S/Subs/Show.S01E01.1080p/2_eng.srt",
                                        "S/Subs/Show.S01E02.1080p/2_eng.srt",
                                        "S/readme.srt"};
  EXPECT_THAT(hls::subtitles_of(season, 0), ElementsAre(2, 4));
  EXPECT_THAT(hls::subtitles_of(season, 1), ElementsAre(3, 5));
  std::vector<std::string> const sequels{"Film.mkv", "Film.2.mkv", "Film.en.srt", "Film.2.en.srt"};
  EXPECT_THAT(hls::subtitles_of(sequels, 0), ElementsAre(2));
  EXPECT_THAT(hls::subtitles_of(sequels, 1), ElementsAre(3));
}
TEST(SubtitlesOf, NoPictures) {
  EXPECT_THAT(hls::subtitles_of({"Film.mkv", "Film.idx", "Film.sub", "Film.de.SUB", "Subs/Film.sub", "Film.de.Idx"}, 0),
              ElementsAre(4));
}
TEST(SubtitlesOf, SingleFileTorrent) { EXPECT_THAT(hls::subtitles_of({"Film.mkv"}, 0), ElementsAre()); }

/// Only its name was known when it got into the playlist.
TEST(Sidecar, IsEmptyWhereTheFileHasNoText) {
  hls::Facts facts;
  facts.segments = {{0s, 6s}};
  hls::Sidecar const sidecar{.file = 1, .path = "film.srt"};
  for (auto const& content : {""s, "WEBVTT\n\n"s, "Not about time.\n"s, "\0\0\1\xBA picture"s}) {
    auto const bytes = std::as_bytes(std::span(content));
    support::FilmBytes file({bytes.begin(), bytes.end()});
    auto const vtt = hls::package(sidecar, file, facts);
    std::string const text(vtt.begin(), vtt.end());
    EXPECT_THAT(text, testing::StartsWith("WEBVTT\n"));
    EXPECT_EQ(text.find("-->"), text.npos);
  }
}

}  // namespace
