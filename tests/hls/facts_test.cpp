// SPDX-License-Identifier: LGPL-2.1-or-later
// What is learnt of a film once, kept on disk, and believed for months.
#include "hls/facts.hpp"

#include "hls/file_source.hpp"
#include "hls/films.hpp"
#include "hls/packager.hpp"
#include "support/made_file.hpp"

#include <glib.h>
#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using namespace hls_test;

void expect_same(hls::Facts const& a, hls::Facts const& b) {
  EXPECT_EQ(a.timeline, b.timeline);
  EXPECT_EQ(a.measures, b.measures);
  EXPECT_EQ(a.tracks, b.tracks);
  EXPECT_EQ(a.segments, b.segments);
  EXPECT_EQ(a.file_size, b.file_size);
}

/// Nothing in it has the value that it has by itself, so that nothing can be forgotten.
hls::Facts full() {
  hls::Facts facts;
  facts.timeline = {.container = hls::Container::matroska,
                    .precision = hls::Timeline::Precision::exact,
                    .key_frames = {{-80ms, 100}, {5s, 1000}, {12s, 5'000'000'000}},
                    .start = -80ms,
                    .end = 20s,
                    .grid = 7s,
                    .reorder = 80ms,
                    .closed_gops = true,
                    .av1_config = {0x81, 0, 0xff},
                    .rotation = 270,
                    .long_cues = {{1s, 7s}},
                    .forced = {3}};
  facts.measures = {.reorder = 81ms, .frame = 40ms, .first = {-80ms, 3ns, 2h}, .longest_gop = 9s};
  facts.tracks = {{.id = 0,
                   .kind = hls::Kind::video,
                   .codec = hls::Codec::h265,
                   .caps = "video/x-h265, profile=(string)main-10",
                   .codec_data = {0, 1, 2, 0xff},
                   .width = 3840,
                   .height = 1606,
                   .frame_rate = {24000, 1001},
                   .rotation = 90,
                   .pixel_width = 64,
                   .pixel_height = 45,
                   .primaries = 9,
                   .transfer = 16,
                   .matrix = 10,
                   .full_range = true,
                   .language = "de",
                   .title = "Der \"Film\"\n\u2028",
                   .is_default = true},
                  {.id = 1,
                   .kind = hls::Kind::audio,
                   .codec = hls::Codec::opus,
                   .caps = "audio/x-opus",
                   .sample_rate = 48000,
                   .channels = 6,
                   .frame_samples = 960,
                   .priming = 312,
                   .language = "en"},
                  {.id = 2, .kind = hls::Kind::text, .codec = hls::Codec::ass, .caps = "", .forced = true}};
  facts.segments = hls::plan(facts.timeline);
  facts.file_size = 6'000'000'000;
  return facts;
}

TEST(Facts, ComeBackAsTheyWere) {
  auto const facts = full();
  auto const text = to_text(facts);
  auto const again = hls::facts_from(text);
  ASSERT_TRUE(again);
  expect_same(*again, facts);
  EXPECT_EQ(to_text(*again), text);
}

TEST(Facts, AreRefusedWhenDamaged) {
  auto const text = to_text(full());
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ 1 << at % 8);
    EXPECT_FALSE(hls::facts_from(damaged)) << at;
    EXPECT_FALSE(hls::facts_from(text.substr(0, at))) << at;
  }
  EXPECT_FALSE(hls::facts_from(text + '\0'));
  EXPECT_FALSE(hls::facts_from(text + text));
  EXPECT_FALSE(hls::facts_from(std::string(text.size(), '\0')));
}

/// As one whose digest is right, but that another version has written.
TEST(Facts, OfAnotherVersionAreRefused) {
  auto text = to_text(full());
  auto const sum = [](std::string_view of) {
    g_autofree char* hex =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, reinterpret_cast<guchar const*>(of.data()), of.size());
    return std::string(hex);
  };
  auto body = text.substr(64);
  ASSERT_EQ(sum(body), text.substr(0, 64));
  // The version is what it begins with.
  ++body[0];
  EXPECT_FALSE(hls::facts_from(sum(body) + body));
  --body[0];
  EXPECT_TRUE(hls::facts_from(sum(body) + body));
}

struct Case {
  char const* name;
  std::string arguments;
};

class FactsOf : public testing::TestWithParam<Case> {};

/// Who has read them from the disk makes the same bytes as who has learnt them of the film.
TEST_P(FactsOf, MakeTheSameSegments) {
  auto const path = film(GetParam().name, GetParam().arguments, 14);
  auto const source = std::make_shared<FileSource>(path);
  std::unique_ptr<hls::Demuxer> demuxer;
  auto const learnt = hls::learn(source, path.filename(), false, demuxer);
  auto const kept = hls::facts_from(to_text(*learnt));
  ASSERT_TRUE(kept);
  expect_same(*kept, *learnt);
  auto const other = hls::Demuxer::open(std::make_shared<FileSource>(path), kept->timeline.container);
  EXPECT_EQ(other->tracks().size(), kept->tracks.size());
  for (auto const packaging : {hls::Packaging::ts, hls::Packaging::fmp4}) {
    hls::Rendition const rendition{.packaging = packaging, .video = hls::Part{0}, .sound = hls::Part{1}};
    for (std::size_t i = 0; i < kept->segments.size(); ++i)
      EXPECT_EQ(package({.rendition = rendition, .index = i}, *kept, *other),
                package({.rendition = rendition, .index = i}, *learnt, *demuxer));
  }
  hls::Item const init{.rendition = {.packaging = hls::Packaging::fmp4, .video = hls::Part{0}}, .init = true};
  EXPECT_EQ(package(init, *kept, *other), package(init, *learnt, *demuxer));
}

std::string const pictures = "-map 0 -map 1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 ";
INSTANTIATE_TEST_SUITE_P(Films, FactsOf,
                         testing::Values(Case{"known.mp4", pictures + "-c:a aac"},
                                         Case{"known.mkv", pictures + "-c:a ac3"},
                                         Case{"known.ts", pictures + "-c:a aac"}),
                         [](auto const& info) { return std::string(info.param.name).substr(6); });

TEST(Facts, TellWhichTextIsForForeignSpeechOnly) {
  auto const words =
      support::made_file("words.srt", {"sh", "-c", "printf '1\n00:00:01,000 --> 00:00:02,000\nWords\n' > \"$0\""});
  for (std::string const more : {"", " -live 1"}) {
    auto const path = film("forced.mkv", "-i " + words.string() + " " + pictures +
                                             "-c:a aac -map 3 -map 3 -c:s srt -disposition:s:1 forced" + more);
    std::unique_ptr<hls::Demuxer> demuxer;
    auto const facts = hls::learn(std::make_shared<FileSource>(path), path.filename(), false, demuxer);
    ASSERT_EQ(facts->tracks.size(), 4U);
    std::vector<bool> forced;
    for (auto const& track : facts->tracks) forced.push_back(track.forced);
    EXPECT_EQ(forced, (std::vector{false, false, false, true}));
  }
}

TEST(Facts, TellWhereASegmentLies) {
  auto const facts = full();
  ASSERT_EQ(facts.segments.size(), 3U);
  EXPECT_EQ(facts.place(0), (swarm::ByteRange{100, 1000}));
  EXPECT_EQ(facts.place(2), (swarm::ByteRange{5'000'000'000, 6'000'000'000}));
  hls::Facts unknown;
  unknown.segments = {{0s, 6s}};
  EXPECT_FALSE(unknown.place(0));
}

TEST(Facts, KnowTheirTracks) {
  auto const facts = full();
  EXPECT_EQ(facts.track(2), &facts.tracks[2]);
  EXPECT_EQ(facts.track(3), nullptr);
  EXPECT_EQ(facts.track(-1), nullptr);
  EXPECT_EQ(facts.video(), &facts.tracks[0]);
  EXPECT_EQ(hls::Facts{}.video(), nullptr);
}

}  // namespace
