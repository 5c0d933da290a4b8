// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/catalog.hpp"

#include "swarm/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace swarm {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Catalog, KnowsFormats) {
  struct {
    char const* path;
    MediaKind kind;
    char const* type;
  } const rows[] = {
      {"a.mp4", MediaKind::video, "video/mp4"},
      {"a.m4v", MediaKind::video, "video/mp4"},
      {"a.mkv", MediaKind::video, "video/x-matroska"},
      {"a.avi", MediaKind::video, "video/x-msvideo"},
      {"a.webm", MediaKind::video, "video/webm"},
      {"a.mov", MediaKind::video, "video/quicktime"},
      {"a.flv", MediaKind::video, "video/x-flv"},
      {"a.wmv", MediaKind::video, "video/x-ms-wmv"},
      {"a.mpg", MediaKind::video, "video/mpeg"},
      {"a.mpeg", MediaKind::video, "video/mpeg"},
      {"a.ts", MediaKind::video, "video/mp2t"},
      {"a.m2ts", MediaKind::video, "video/mp2t"},
      {"a.vob", MediaKind::video, "video/mpeg"},
      {"a.ogv", MediaKind::video, "video/ogg"},
      {"a.3gp", MediaKind::video, "video/3gpp"},
      {"a.mp3", MediaKind::audio, "audio/mpeg"},
      {"a.wav", MediaKind::audio, "audio/wav"},
      {"a.ogg", MediaKind::audio, "audio/ogg"},
      {"a.oga", MediaKind::audio, "audio/ogg"},
      {"a.opus", MediaKind::audio, "audio/ogg"},
      {"a.flac", MediaKind::audio, "audio/flac"},
      {"a.m4a", MediaKind::audio, "audio/mp4"},
      {"a.aac", MediaKind::audio, "audio/aac"},
      {"a.wma", MediaKind::audio, "audio/x-ms-wma"},
      {"a.srt", MediaKind::subtitle, "application/x-subrip"},
      {"a.vtt", MediaKind::subtitle, "text/vtt"},
      {"a.ass", MediaKind::subtitle, "text/x-ssa"},
      {"a.ssa", MediaKind::subtitle, "text/x-ssa"},
      {"a.sub", MediaKind::subtitle, "text/x-microdvd"},
      {"Dir.avi/FILM.MKV", MediaKind::video, "video/x-matroska"},
      {"a.b.Mp4", MediaKind::video, "video/mp4"},
      {"dir.mkv/readme", MediaKind::other, "application/octet-stream"},
      {"mkv", MediaKind::other, "application/octet-stream"},
      {"a.mkv.part", MediaKind::other, "application/octet-stream"},
      {"a.", MediaKind::other, "application/octet-stream"},
      {"", MediaKind::other, "application/octet-stream"},
      {"page.html", MediaKind::other, "application/octet-stream"},
      {"poster.jpg", MediaKind::other, "image/jpeg"},
  };
  for (auto const& row : rows) {
    EXPECT_EQ(media_kind(row.path), row.kind) << row.path;
    EXPECT_STREQ(mime_type(row.path), row.type) << row.path;
  }
}

TEST(Catalog, FileName) {
  EXPECT_EQ(file_name("a/b/c.mkv"), "c.mkv");
  EXPECT_EQ(file_name("c.mkv"), "c.mkv");
  EXPECT_EQ(file_name("a/"), "");
  EXPECT_EQ(file_name(""), "");
}

struct Entry {
  char const* path;
  std::int64_t size;
  bool padding = false;
};

Layout layout(std::initializer_list<Entry> entries) {
  std::vector<File> files;
  std::int64_t offset = 0;
  for (auto const& entry : entries) {
    files.push_back({entry.path, offset, entry.size, entry.padding});
    offset += entry.size;
  }
  return {std::move(files), 16384};
}

TEST(TheFilm, IsTheLargestVideo) {
  EXPECT_EQ(choose_file(layout({{"t/a.mkv", 10}, {"t/b.mp4", 30}, {"t/c.avi", 20}}), TheFilm()), 1);
  EXPECT_EQ(choose_file(layout({{"t/disk.iso", 1000}, {"t/b.mp4", 30}}), TheFilm()), 1);
  EXPECT_EQ(choose_file(layout({{"t/a.MKV", 5}, {"t/cover.jpg", 50}, {"t/a.flac", 60}}), TheFilm()), 0);
  EXPECT_EQ(choose_file(layout({{"t/a.mkv", 5}, {"t/b.mkv", 5}}), TheFilm()), 0);
}

TEST(TheFilm, IsElseTheLargestFile) {
  EXPECT_EQ(choose_file(layout({{"t/a.txt", 1}, {"t/b.bin", 3}, {"t/c.mp3", 2}}), TheFilm()), 1);
  EXPECT_EQ(choose_file(layout({{"t/empty.mkv", 0}, {"t/b.mp3", 3}}), TheFilm()), 1);
  EXPECT_EQ(choose_file(layout({{"t/empty.mkv", 0}, {"t/empty.mp3", 0}}), TheFilm()), 0);
}

TEST(TheFilm, IsNeverPadding) {
  EXPECT_EQ(choose_file(layout({{"t/.pad/9.mkv", 900, true}, {"t/a.txt", 1}}), TheFilm()), 1);
}

TEST(TheFilm, IsASampleOnlyIfNothingElse) {
  EXPECT_EQ(choose_file(layout({{"t/film-SAMPLE.mkv", 50}, {"t/film.mkv", 30}}), TheFilm()), 1);
  EXPECT_EQ(choose_file(layout({{"t/Sample/film.mkv", 50}, {"t/film.mkv", 30}}), TheFilm()), 1);
  EXPECT_EQ(choose_file(layout({{"t/sample.mkv", 50}, {"t/film.rar", 300}}), TheFilm()), 0);
  EXPECT_EQ(choose_file(layout({{"sample.mkv", 50}}), TheFilm()), 0);
  // Other words, and the torrent's own name, do not count.
  EXPECT_EQ(choose_file(layout({{"t/Resampled.mkv", 50}, {"t/film.mkv", 30}}), TheFilm()), 0);
  EXPECT_EQ(choose_file(layout({{"sample/a.mkv", 50}, {"sample/b.mkv", 30}}), TheFilm()), 0);
}

std::string failure(Layout const& layout, FileChoice const& choice) {
  try {
    return "chose " + std::to_string(choose_file(layout, choice));
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), Errc::not_found);
    return std::string(error.what()) + " | " + error.advice();
  }
}

TEST(ChooseFile, ByIndex) {
  auto const torrent = layout({{"t/a.mkv", 10}, {"t/.pad/1", 30, true}, {"t/b.mkv", 0}});
  EXPECT_EQ(choose_file(torrent, 0), 0);
  EXPECT_EQ(choose_file(torrent, 2), 2);
  EXPECT_THAT(failure(torrent, 3),
              AllOf(HasSubstr("no file number 3"), HasSubstr("0 to 2"), HasSubstr("2 = \"t/b.mkv\"")));
  EXPECT_THAT(failure(torrent, -1), HasSubstr("no file number -1"));
  EXPECT_THAT(failure(torrent, 1), AllOf(HasSubstr("only padding"), Not(HasSubstr(".pad"))));
}

TEST(ChooseFile, ByPath) {
  auto const torrent = layout({{"Show/s1/e1.mkv", 1},
                               {"Show/s1/e2.mkv", 1},
                               {"Show/s2/e1.mkv", 1},
                               {"Show/e3.mkv", 1},
                               {"Show/.pad/7", 7, true},
                               {"Show/Show/e3.mkv", 1}});
  EXPECT_EQ(choose_file(torrent, std::string("Show/s1/e1.mkv")), 0);
  EXPECT_EQ(choose_file(torrent, std::string("s2/e1.mkv")), 2);
  EXPECT_EQ(choose_file(torrent, std::string("/s2/e1.mkv")), 2);
  EXPECT_EQ(choose_file(torrent, std::string("./s2/e1.mkv")), 2);
  EXPECT_EQ(choose_file(torrent, std::string("e2.mkv")), 1);
  EXPECT_EQ(choose_file(torrent, std::string("e3.mkv")), 3);       // a path before a bare name
  EXPECT_EQ(choose_file(torrent, std::string("Show/e3.mkv")), 3);  // a whole path before one without the root
  EXPECT_THAT(failure(torrent, std::string("e1.mkv")),
              AllOf(HasSubstr("Several files"), HasSubstr("0 = \"Show/s1/e1.mkv\", 2 = \"Show/s2/e1.mkv\""),
                    Not(HasSubstr("e2"))));
  EXPECT_THAT(failure(torrent, std::string("e9.mkv")),
              AllOf(HasSubstr("no file \"e9.mkv\""), HasSubstr("3 = \"Show/e3.mkv\"")));
  EXPECT_THAT(failure(torrent, std::string("7")), HasSubstr("no file \"7\""));
  EXPECT_THAT(failure(torrent, std::string()), HasSubstr("no file \"\""));
  EXPECT_THAT(failure(torrent, std::string("s2")), HasSubstr("no file \"s2\""));
}

TEST(ChooseFile, NoFiles) {
  EXPECT_THAT(failure(Layout(), TheFilm()), HasSubstr("no files"));
  EXPECT_THAT(failure(Layout(), 0), HasSubstr("no files"));
  EXPECT_THAT(failure(layout({{".pad/1", 1, true}}), std::string("1")), HasSubstr("no files"));
}

TEST(ChooseFile, ListsSomeOnly) {
  std::vector<File> files;
  for (int i = 0; i < 100'000; ++i) files.push_back({"t/" + std::string(200, 'x') + std::to_string(i), i, 1, false});
  auto const message = failure(Layout(std::move(files), 16384), 100'000);
  EXPECT_LT(message.size(), 2000u);
  EXPECT_THAT(message, HasSubstr("and 99990 more"));
}

}  // namespace
}  // namespace swarm
