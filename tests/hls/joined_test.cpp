// SPDX-License-Identifier: LGPL-2.1-or-later
// Recordings that were joined to one transport stream.
#include "film_bytes.hpp"
#include "hls/byte_slice.hpp"
#include "hls/facts.hpp"
#include "hls/packager.hpp"
#include "hls/packets.hpp"
#include "hls/presentation.hpp"
#include "hls/ts_splices.hpp"
#include "support/temp_dir.hpp"
#include "timeline_media.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <numeric>
#include <set>
#include <string_view>

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

/// Three recordings of 20 s, the last one of them without sound.
class JoinedPackaged : public testing::Test {
 protected:
  JoinedPackaged()
      : source(
            std::make_shared<FilmBytes>(joined({support::bytes_of(film("plain.ts")), support::bytes_of(film("hour.ts")),
                                                support::bytes_of(film("hevc.ts"))}))) {
    std::unique_ptr<hls::Demuxer> demuxer;
    facts = hls::learn(source, "joined.ts", false, demuxer);
  }

  hls::Bytes made(hls::Item const& item) {
    auto const demuxer = hls::open(source, *facts, item.index);
    return hls::package(item, *facts, *demuxer);
  }
  /// What libavformat sees of a segment behind its init segment.
  std::vector<hls_test::Stream> seen(hls::Rendition const& rendition, std::size_t index) {
    auto const path = folder / ("segment" + std::string(hls::extension(rendition, *facts)));
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    auto const put = [&](hls::Bytes const& bytes) {
      out.write(reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    };
    if (rendition.packaging == hls::Packaging::fmp4)
      put(made({.rendition = rendition, .init = true, .index = facts->reel(index)->first}));
    put(made({.rendition = rendition, .index = index}));
    out.close();
    return hls_test::packets_of(path);
  }

  std::shared_ptr<FilmBytes> source;
  std::shared_ptr<hls::Facts const> facts;
  support::TempDir folder;
  hls::Rendition const ts{.video = hls::Part{0}, .sound = hls::Part{1}};
};

TEST_F(JoinedPackaged, HasAllPicturesAndTheSoundOfEachPart) {
  ASSERT_EQ(facts->reels.size(), 3U);
  for (auto const packaging : {hls::Packaging::ts, hls::Packaging::fmp4}) {
    auto rendition = ts;
    rendition.packaging = packaging;
    std::map<hls::Reel const*, std::size_t> pictures;
    for (std::size_t i = 0; i < facts->segments.size(); ++i) {
      auto const* const reel = facts->reel(i);
      for (auto const& stream : seen(rendition, i)) {
        if (stream.kind == hls::Kind::video) {
          EXPECT_EQ(stream.codec, reel == &facts->reels[2] ? hls::Codec::h265 : hls::Codec::h264) << i;
          EXPECT_TRUE(stream.packets.front().key) << i;
          pictures[reel] += stream.packets.size();
        } else {
          // None of what is before or behind the joint.
          auto const length = facts->segments[i].end - facts->segments[i].begin + 1s;
          EXPECT_LT(stream.packets.size() * 1024 * 1s / 48000, length) << i;
        }
      }
    }
    EXPECT_EQ(pictures[&facts->reels[0]], 500U);
    EXPECT_EQ(pictures[&facts->reels[1]], 500U);
    EXPECT_EQ(pictures[&facts->reels[2]], 200U);
  }
}

TEST_F(JoinedPackaged, SoundNeitherReachesOverAJointNorLeavesAHole) {
  constexpr Time frame = Time(1024 * 1'000'000'000LL / 48000), rounding = 1ms;
  hls::Rendition const alone{.packaging = hls::Packaging::fmp4, .sound = hls::Part{1}};
  for (auto const& rendition : {ts, alone}) {
    Time end = Time::min();
    for (std::size_t i = 0; i < facts->segments.size(); ++i) {
      auto const packets = seen(rendition, i).back().packets;
      ASSERT_FALSE(packets.empty()) << i;
      auto const begins = facts->segments[i].begin + 10s;  // as all times are shifted
      bool const joint = i > 0 && facts->reel(i)->first == i;
      if (joint) {
        EXPECT_LE(end, begins + rounding) << i;
        EXPECT_LT(begins - end, frame + rounding) << i;
        EXPECT_LE(std::chrono::abs(packets.front().pts - begins), rounding) << i;
      }
      end = packets.back().pts + frame;
    }
  }
}

TEST_F(JoinedPackaged, APartWithoutSoundIsSilent) {
  auto const third = facts->reels[2].first;
  for (auto const& rendition : {hls::Rendition{.packaging = hls::Packaging::fmp4, .sound = hls::Part{1}}, ts}) {
    auto const sound = seen(rendition, third).back();
    EXPECT_EQ(sound.codec, hls::Codec::aac);
    std::set<std::uint64_t> contents;
    for (auto const& packet : sound.packets) contents.insert(packet.content);
    EXPECT_EQ(contents.size(), 1U);
  }
}

TEST_F(JoinedPackaged, PicturesGoOnAtAJointAsHlsJsReckons) {
  EXPECT_EQ(facts->reels[0].facts->measures.reorder, facts->reels[2].facts->measures.reorder);
  auto const joint = facts->reels[1].first;
  hls::Rendition const alone{.packaging = hls::Packaging::fmp4, .video = hls::Part{0}};
  auto const fragment = made({.rendition = alone, .index = joint});
  // ISO/IEC 14496-12 8.8.12: version and flags, 64 bits.
  constexpr std::string_view name = "tfdt";
  auto const tfdt = std::search(fragment.begin(), fragment.end(), name.begin(), name.end());
  ASSERT_LT(tfdt, fragment.end() - 16);
  std::uint64_t begins = 0;
  std::for_each(tfdt + 8, tfdt + 16, [&](auto byte) { begins = begins << 8 | byte; });
  EXPECT_EQ(begins, static_cast<std::uint64_t>((facts->segments[joint].begin + 10s) / 1us * 9 / 100));
}

TEST_F(JoinedPackaged, OneKeyPictureStandsForEachSegment) {
  hls::Rendition const pictures{.video = hls::Part{0}, .key_frames = true};
  EXPECT_EQ(hls::segments_of(pictures, *facts), facts->segments);
  for (auto const& reel : facts->reels) {
    auto const streams = seen(pictures, reel.first);
    ASSERT_EQ(streams.size(), 1U);
    EXPECT_EQ(streams[0].packets.size(), 1U);
    EXPECT_TRUE(streams[0].packets[0].key);
  }
}

TEST_F(JoinedPackaged, IsCodedOnOneClock) {
  hls::Rendition const coded{.video = hls::Part{0, true}, .sound = hls::Part{1, true}};
  auto const index = facts->reels[1].first;
  auto const streams = seen(coded, index);
  ASSERT_EQ(streams.size(), 2U);
  EXPECT_EQ(streams[0].codec, hls::Codec::h264);
  auto const begins = facts->segments[index].begin + 10s;  // as all times are shifted
  EXPECT_LT(std::abs((streams[0].packets.front().pts - begins).count()), 100'000'000);
  EXPECT_EQ(std::ssize(streams[0].packets), (facts->segments[index].end - facts->segments[index].begin) / 40ms);
}

TEST(TsParts, GiveSoundBehindTheLastPictureToItsOwnRecording) {
  // A list of programs (PID 0) among the sound that is behind the pictures.
  auto tail = support::bytes_of(film("long-sound.ts"));
  auto const plain = support::bytes_of(film("hour.ts"));
  EXPECT_EQ(begins(joined({tail, plain})), (std::vector<std::int64_t>{0, size(tail) + name_packet}));
}

}  // namespace
