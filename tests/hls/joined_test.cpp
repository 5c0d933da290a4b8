// SPDX-License-Identifier: LGPL-2.1-or-later
// Recordings that were joined to one transport stream.
#include "film_bytes.hpp"
#include "hls/byte_slice.hpp"
#include "hls/facts.hpp"
#include "hls/packager.hpp"
#include "hls/presentation.hpp"
#include "hls/ts_splices.hpp"
#include "timeline_media.hpp"

#include <gtest/gtest.h>

#include <map>
#include <numeric>

namespace {

using namespace std::chrono_literals;
using hls::Time;
using support::film;
using support::FilmBytes;
using Bytes = std::vector<std::byte>;

Bytes joined(std::vector<Bytes> const& parts) {
  Bytes all;
  for (auto const& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// With packets of nothing (PID 0x1fff) behind each of its own: a longer file of the same film.
Bytes stuffed(Bytes const& stream, std::size_t count) {
  constexpr std::size_t packet = 188;
  Bytes nothing(packet, std::byte{0xff});
  nothing[0] = std::byte{0x47};
  nothing[1] = std::byte{0x1f};
  nothing[3] = std::byte{0x10};
  Bytes all;
  for (std::size_t at = 0; at + packet <= stream.size(); at += packet) {
    all.insert(all.end(), stream.begin() + static_cast<std::ptrdiff_t>(at),
               stream.begin() + static_cast<std::ptrdiff_t>(at + packet));
    for (std::size_t i = 0; i < count; ++i) all.insert(all.end(), nothing.begin(), nothing.end());
  }
  return all;
}

std::vector<std::int64_t> begins(Bytes const& bytes) {
  FilmBytes source(bytes);
  std::vector<std::int64_t> found;
  for (auto const& part : hls::ts_parts(source)) found.push_back(part.begin);
  return found;
}

/// Before the list of programs ffmpeg writes one packet that tells the service's name.
constexpr std::int64_t name_packet = 188;
std::int64_t size(Bytes const& bytes) { return static_cast<std::int64_t>(bytes.size()); }

TEST(ByteSlice, IsAFileOfItsOwn) {
  Bytes numbers(100);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::byte>(i);
  auto const head = std::make_shared<Bytes const>(Bytes{std::byte{7}, std::byte{8}});
  hls::ByteSlice slice(std::make_shared<FilmBytes>(numbers), 40, 50, head);
  ASSERT_EQ(slice.size(), 12);
  Bytes all(20);
  EXPECT_EQ(slice.read(0, all), 12U);
  EXPECT_EQ(all[1], std::byte{8});
  EXPECT_EQ(all[2], std::byte{40});
  EXPECT_EQ(all[11], std::byte{49});
  EXPECT_EQ(slice.read(11, all), 1U);
  EXPECT_EQ(slice.read(12, all), 0U);
  EXPECT_EQ(slice.read(99, all), 0U);
}

TEST(TsParts, AreOneIfNothingWasJoined) {
  for (auto const* const name :
       {"plain.ts", "hour.ts", "wrap.ts", "open.ts", "hevc.ts", "mpeg2.ts", "sound.ts", "long-gop.ts"})
    EXPECT_EQ(begins(support::bytes_of(film(name))), std::vector<std::int64_t>{0}) << name;
}

TEST(TsParts, BeginWhereTheClockJumps) {
  auto const plain = support::bytes_of(film("plain.ts")), hour = support::bytes_of(film("hour.ts"));
  auto const one = size(plain) + name_packet, two = one + size(hour);
  EXPECT_EQ(begins(joined({plain, hour, plain})), (std::vector<std::int64_t>{0, one, two}));
}

TEST(TsParts, BeginWhereThePicturesOrStreamsChange) {
  auto const plain = support::bytes_of(film("plain.ts"));
  for (auto const* const name : {"open.ts", "mpeg2.ts", "hevc.ts"})
    EXPECT_EQ(begins(joined({plain, support::bytes_of(film(name))})),
              (std::vector<std::int64_t>{0, size(plain) + name_packet}))
        << name;
}

TEST(TsParts, AreFoundInLongFilesByAFewLooks) {
  auto const part = stuffed(support::bytes_of(film("plain.ts")), 30);  // 15 MB
  auto const all = joined({part, part, part, part});
  FilmBytes source(all);
  std::vector<std::int64_t> found;
  for (auto const& each : hls::ts_parts(source)) found.push_back(each.begin);
  auto const lead = 31 * name_packet;
  EXPECT_LT(source.blocks() * 16384, all.size() / 2);
  ASSERT_EQ(found, (std::vector<std::int64_t>{0, size(part) + lead, 2 * size(part) + lead, 3 * size(part) + lead}));
}

TEST(TsParts, AreNotMadeByADamagedTime) {
  auto plain = support::bytes_of(film("plain.ts"));
  // The PTS of one picture in the middle (ISO/IEC 13818-1 2.4.3.7).
  for (std::size_t at = plain.size() / 2 / 188 * 188; at + 188 <= plain.size(); at += 188) {
    auto const field =
        (plain[at + 3] & std::byte{0x20}) != std::byte{} ? 5 + static_cast<std::size_t>(plain[at + 4]) : 4;
    bool const picture =
        (plain[at + 1] & std::byte{0x40}) != std::byte{} && field < 170 && plain[at + field + 3] == std::byte{0xe0};
    if (!picture) continue;
    plain[at + field + 10] ^= std::byte{0xff};
    break;
  }
  EXPECT_EQ(begins(plain), std::vector<std::int64_t>{0});
}

TEST(Joined, ArePlayedToTheEndOnOneClock) {
  auto const all = joined(
      {support::bytes_of(film("plain.ts")), support::bytes_of(film("hour.ts")), support::bytes_of(film("open.ts"))});
  auto const source = std::make_shared<FilmBytes>(all);
  std::unique_ptr<hls::Demuxer> demuxer;
  auto const facts = hls::learn(source, "joined.ts", false, demuxer);
  ASSERT_EQ(facts->reels.size(), 3U);
  EXPECT_LE(std::abs((facts->timeline.end - facts->timeline.start - 60s).count()), 100'000'000);
  for (std::size_t i = 1; i < facts->segments.size(); ++i)
    EXPECT_EQ(facts->segments[i].begin, facts->segments[i - 1].end);

  auto const again = hls::facts_from(hls::to_text(*facts));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->segments, facts->segments);
  EXPECT_EQ(hls::to_text(*again), hls::to_text(*facts));

  hls::Rendition const fmp4{.packaging = hls::Packaging::fmp4, .video = hls::Part{facts->video()->id}};
  auto const playlist = hls::media_text(*facts, fmp4, "");
  auto const second = std::to_string(facts->reels[1].first), third = std::to_string(facts->reels[2].first);
  EXPECT_NE(playlist.find("#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"v0/init-" + second + ".mp4\"\n"), playlist.npos);
  EXPECT_NE(playlist.find("v0/init-" + third + ".mp4"), playlist.npos);
  auto const item = hls::parse_item(fmp4, "init-" + third + ".mp4", *facts, {});
  ASSERT_TRUE(item);
  EXPECT_EQ(item->index, facts->reels[2].first);
  EXPECT_FALSE(hls::parse_item(fmp4, "init-1000.mp4", *facts, {}));

  // Each segment is made by a demuxer of its own: in any order.
  std::size_t pictures = 0;
  for (std::size_t i = facts->segments.size(); i-- > 0;) {
    auto const* const reel = facts->reel(i);
    auto const one = hls::open(source, *facts, i);
    hls::Cutter const cutter(reel->facts->timeline, reel->facts->measures, reel->facts->segments);
    auto const cut = cutter.cut(*one, i - reel->first, {reel->facts->video()->id});
    ASSERT_FALSE(cut.front().units.empty()) << i;
    EXPECT_TRUE(cut.front().units.front().key) << i;
    pictures += cut.front().units.size();
  }
  EXPECT_EQ(pictures, 1500U);
}

}  // namespace
