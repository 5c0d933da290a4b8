// SPDX-License-Identifier: LGPL-2.1-or-later
// Every segment of subtitles holds all that is shown in it, however long ago it began and wherever one begins to watch.
#include "hls/cutter.hpp"
#include "hls/file_source.hpp"
#include "hls/webvtt.hpp"
#include "support/made_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

struct Line {
  int begin, end;  ///< s
  std::string text;
};

/// One for each second, and others over them: far and near to each other, to the end, and all of the film.
std::vector<Line> const& lines() {
  static auto const all = [] {
    std::vector<Line> made{
        {0, 118, "all"}, {7, 100, "long"}, {9, 61, "near"}, {40, 75, "far"}, {90, 117, "to the end"}};
    for (int second = 0; second < 117; ++second) made.push_back({second, second + 1, std::to_string(second)});
    std::stable_sort(made.begin(), made.end(), [](auto const& a, auto const& b) { return a.begin < b.begin; });
    return made;
  }();
  return all;
}

/// Of the first two minutes. A little off the segments' limits: a muxer may delay all by the sound's priming.
std::string stamp(int second, char const* millisecond) {
  auto const two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return "00:" + two(second / 60) + ":" + two(second % 60) + "," + millisecond;
}

fs::path subtitles() {
  std::string text;
  int number = 0;
  for (auto const& line : lines())
    text += std::to_string(++number) + "\n" + stamp(line.begin, "100") + " --> " + stamp(line.end - 1, "900") + "\n" +
            line.text + "\n\n";
  return support::made_file("words.srt", {"sh", "-c", "printf %s \"$0\" > \"$1\"", text});
}

struct Film {
  char const* name;
  char const* codec;
  bool mkvmerge = false;
};
void PrintTo(Film const& film, std::ostream* out) { *out << film.name; }

fs::path made(Film const& film) {
  auto const words = subtitles();
  std::vector<std::string> arguments{"-f", "lavfi", "-i", "testsrc2=r=25:s=64x36:d=120",
                                     "-f", "lavfi", "-i", "sine=sample_rate=48000:d=120"};
  auto const add = [&](char const* more) {
    for (auto const& word : support::words_of(more)) arguments.push_back(word);
  };
  if (!film.mkvmerge) {
    arguments.insert(arguments.end(), {"-i", words.string(), "-map", "2", "-c:s", film.codec});
  }
  add("-map 0 -map 1 -c:v libx264 -preset superfast -pix_fmt yuv420p -g 50 -c:a aac -b:a 32k");
  auto const whole = support::made_by_ffmpeg(film.name, arguments);
  if (!film.mkvmerge) return whole;
  return support::made_file(
      film.name, {"sh", "-c", "exec mkvmerge -q --deterministic 1 -o \"$0\" " + whole.string() + " " + words.string()});
}

class LongCues : public testing::TestWithParam<Film> {};

TEST_P(LongCues, AreInEverySegmentThatTheyAreShownIn) {
  auto const source = std::make_shared<hls_test::FileSource>(made(GetParam()));
  auto const timeline = hls::read_timeline(*source, hls::container_of(*source, GetParam().name));
  auto const kept = hls::from_text(to_text(timeline));
  ASSERT_TRUE(kept);
  EXPECT_EQ(*kept, timeline);
  auto const segments = hls::plan(timeline);
  ASSERT_GT(segments.size(), 15U);
  auto const demuxer = hls::Demuxer::open(source, timeline);
  hls::Cutter const cutter(*kept, hls::measure(*demuxer, timeline), segments);
  auto const track = std::find_if(demuxer->tracks().begin(), demuxer->tracks().end(),
                                  [](auto const& each) { return each.kind == hls::Kind::text; });
  ASSERT_NE(track, demuxer->tracks().end());
  // 7 has no common divisor with their number but 1: from one to another that is far.
  for (std::size_t i = 0, index = 3; i < segments.size(); ++i, index = (index + 7) % segments.size()) {
    auto const& segment = segments[index];
    std::vector<std::string> expected, found;
    for (auto const& line : lines())
      if (line.begin * 1s + 100ms < segment.end && line.end * 1s - 100ms > segment.begin) expected.push_back(line.text);
    for (auto const& cue : cues_of(cutter.text(*demuxer, index, track->id)))
      if (cue.begin < segment.end && cue.end > segment.begin) found.push_back(cue.text);
    EXPECT_THAT(found, testing::UnorderedElementsAreArray(expected)) << "segment " << index;
  }
}

INSTANTIATE_TEST_SUITE_P(Containers, LongCues,
                         testing::Values(Film{"ffmpeg.mkv", "srt"}, Film{"styled.mkv", "ass"},
                                         Film{"mkvmerge.mkv", "", true}),
                         [](auto const& info) {
                           auto name = std::string(info.param.name);
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
