// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/packed_audio.hpp"

#include "hls/coded_film.hpp"
#include "hls/ticks.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace {

using namespace hls_test;
using hls::Bytes;

TEST(PackedAudio, DecodesToTheSource) {
  for (auto const* codec : {"aac", "libmp3lame", "ac3", "eac3"}) {
    auto const path = coded_film(std::string("sound-") + codec + ".mp4", {}, {"-c:a", codec});
    auto const film = read_film(path);
    std::vector<Bytes> segments;
    for (std::size_t i = 0; i < film.segments.size(); ++i) {
      auto const cut = film.cut(i);
      auto segment = hls::packed_audio(cut[0]);
      // RFC 8216 3.4: one PRIV frame with 33 bits of 90 kHz.
      ASSERT_GT(segment.size(), 73U);
      std::string const head(segment.begin(), segment.begin() + 65);
      using namespace std::string_literals;
      EXPECT_EQ(head, "ID3\x04\0\0\0\0\0\x3fPRIV\0\0\0\x35\0\0com.apple.streaming.transportStreamTimestamp\0"s);
      std::int64_t time = 0;
      for (std::size_t at = 65; at < 73; ++at) time = time << 8 | segment[at];
      EXPECT_EQ(time, hls::ticks33(cut[0].units[0].pts));
      segments.push_back(std::move(segment));
    }
    ASSERT_GE(segments.size(), 3U);
    support::TempDir folder;
    auto const all = folder / (std::string("all") + hls::packed_extension(film.samples[0].track.codec));
    // The tags' places in the middle are for players that take segments one by one.
    for (std::size_t i = 1; i < segments.size(); ++i) segments[i].erase(segments[i].begin(), segments[i].begin() + 73);
    write(all, segments);
    EXPECT_EQ(sound(all), sound(path)) << codec;
  }
}

TEST(PackedAudio, RefusesTheRest) {
  hls::Samples samples;
  for (auto const codec : {hls::Codec::opus, hls::Codec::dts, hls::Codec::flac, hls::Codec::mp2, hls::Codec::aac}) {
    samples.track.codec = codec;
    EXPECT_FALSE(hls::packed_carries(samples.track));
    EXPECT_THROW((void)hls::packed_audio(samples), std::invalid_argument);
  }
}

TEST(PackedAudio, WithoutUnitsIsATimeStamp) {
  hls::Samples samples;
  samples.track.codec = hls::Codec::ac3;
  EXPECT_EQ(hls::packed_audio(samples).size(), 73U);
}

}  // namespace
