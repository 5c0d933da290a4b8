// SPDX-License-Identifier: LGPL-2.1-or-later
#include "film_bytes.hpp"
#include "hls/cutter.hpp"
#include "hls/facts.hpp"
#include "timeline_media.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using support::FilmBytes;

/// Of all segments, made one after the other or from the end on.
std::vector<hls::Time> pictures(std::shared_ptr<hls::ByteSource> const& source, bool backwards) {
  std::unique_ptr<hls::Demuxer> demuxer;
  auto const facts = hls::learn(source, "film.mkv", false, demuxer);
  EXPECT_EQ(facts->timeline.precision, hls::Timeline::Precision::nominal);
  hls::Cutter const cutter(facts->timeline, facts->measures, facts->segments);
  std::vector<hls::Time> all;
  auto const count = facts->segments.size();
  for (std::size_t i = 0; i < count; ++i) {
    auto const cut = cutter.cut(*demuxer, backwards ? count - 1 - i : i, {facts->video()->id});
    for (auto const& unit : cut.front().units) all.push_back(unit.pts);
  }
  std::sort(all.begin(), all.end());
  return all;
}

TEST(Clusters, AreFoundWithoutCuesInAnyOrder) {
  auto const path = support::film("live.mkv");
  auto frames = support::probe(path).frames;
  std::sort(frames.begin(), frames.end());
  auto const source = std::make_shared<FilmBytes>(path);
  EXPECT_EQ(pictures(source, false), frames);
  EXPECT_EQ(pictures(source, true), frames);
}

TEST(Clusters, AreReadWithoutWhatIsAttachedBeforeThem) {
  constexpr std::size_t attached = std::size_t{32} << 20;
  auto bytes = support::bytes_of(support::film("live.mkv"));
  auto const size = bytes.size();
  auto frames = support::probe(support::film("live.mkv")).frames;
  std::sort(frames.begin(), frames.end());
  // In front of the first cluster, an element of attachments (RFC 9559 5.1.6) of zeros.
  std::vector<std::byte> const cluster{std::byte{0x1f}, std::byte{0x43}, std::byte{0xb6}, std::byte{0x75}};
  std::vector<std::byte> attachments{std::byte{0x19}, std::byte{0x41}, std::byte{0xa4}, std::byte{0x69},
                                     std::byte{0x12}, std::byte{0},    std::byte{0},    std::byte{0}};
  attachments.resize(attachments.size() + attached);
  bytes.insert(std::search(bytes.begin(), bytes.end(), cluster.begin(), cluster.end()), attachments.begin(),
               attachments.end());
  auto const source = std::make_shared<FilmBytes>(std::move(bytes));
  EXPECT_EQ(pictures(source, true), frames);
  EXPECT_LT(source->blocks() * 16384, size + attached / 8);
}

TEST(Clusters, AreReadWhereRubbishLiesBeforeTheTracks) {
  auto const path = support::film("live.mkv");
  auto frames = support::probe(path).frames;
  std::sort(frames.begin(), frames.end());
  auto const bytes = support::bytes_of(path);
  std::vector<std::byte> const tracks{std::byte{0x16}, std::byte{0x54}, std::byte{0xae}, std::byte{0x6b}};
  auto const named = std::search(bytes.begin(), bytes.end(), tracks.begin(), tracks.end());  // by the SeekHead
  auto const at = std::search(named + 1, bytes.end(), tracks.begin(), tracks.end());
  ASSERT_NE(at, bytes.end());
  auto changed = bytes;
  changed.insert(changed.begin() + (at - bytes.begin()), 3, std::byte{0});
  EXPECT_EQ(pictures(std::make_shared<FilmBytes>(std::move(changed)), true), frames);
}

TEST(Clusters, HaveNoHeaderOfManyMegabytes) {
  auto bytes = support::bytes_of(support::film("live.mkv"));
  std::vector<std::byte> const cluster{std::byte{0x1f}, std::byte{0x43}, std::byte{0xb6}, std::byte{0x75}};
  std::vector<std::byte> tags{std::byte{0x12}, std::byte{0x54}, std::byte{0xc3}, std::byte{0x67},
                              std::byte{0x10}, std::byte{0x80}, std::byte{0},    std::byte{0}};
  tags.resize(tags.size() + (std::size_t{8} << 20));
  bytes.insert(std::search(bytes.begin(), bytes.end(), cluster.begin(), cluster.end()), tags.begin(), tags.end());
  std::unique_ptr<hls::Demuxer> demuxer;
  EXPECT_THROW((void)hls::learn(std::make_shared<FilmBytes>(std::move(bytes)), "film.mkv", false, demuxer),
               hls::DemuxFailed);
}

TEST(Clusters, AreFoundWhereCuesLie) {
  auto bytes = support::bytes_of(support::film("plain.mkv"));
  auto const frames = support::probe(support::film("plain.mkv")).frames.size();
  // CueClusterPosition (RFC 9559 5.1.5.1.2.2): the ones behind the Cues' name.
  std::vector<std::byte> const name{std::byte{0x1c}, std::byte{0x53}, std::byte{0xbb}, std::byte{0x6b}};
  auto at = std::find_end(bytes.begin(), bytes.end(), name.begin(), name.end());
  ASSERT_NE(at, bytes.end());
  int wrong = 0;
  for (; at + 3 < bytes.end(); ++at)
    if (*at == std::byte{0xf1} && (at[1] == std::byte{0x82} || at[1] == std::byte{0x83}))
      at[2] = std::byte{static_cast<unsigned char>(wrong++ % 2 * 3)};
  ASSERT_GT(wrong, 2);
  EXPECT_EQ(pictures(std::make_shared<FilmBytes>(std::move(bytes)), true).size(), frames);
}

}  // namespace
