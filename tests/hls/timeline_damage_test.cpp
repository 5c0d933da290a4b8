// SPDX-License-Identifier: LGPL-2.1-or-later
// Films cut short or with wrong bytes: a timeline or a clear error, and never more work than the file is worth.
#include "film_bytes.hpp"
#include "hls/timeline.hpp"
#include "timeline_media.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace {

using support::film;
using support::FilmBytes;

/// What must hold whatever the bytes are.
void look_at(std::vector<std::byte> bytes, std::string const& name) {
  FilmBytes source(std::move(bytes));
  for (auto const scan : {false, true}) {
    auto const before = source.bytes_read();
    auto const container = hls::container_of(source, name);
    try {
      auto const timeline = read_timeline(source, container, scan);
      ASSERT_TRUE(timeline.end > timeline.start);
      ASSERT_TRUE(std::is_sorted(timeline.key_frames.begin(), timeline.key_frames.end(),
                                 [](auto const& a, auto const& b) { return a.time < b.time; }));
      ASSERT_EQ(timeline.precision == hls::Timeline::Precision::exact, timeline.grid.count() == 0);
      ASSERT_TRUE(timeline.grid.count() > 0 || !timeline.key_frames.empty());
      ASSERT_EQ(hls::from_text(to_text(timeline)), timeline);
    } catch (hls::NotIndexed const& error) {
      ASSERT_NE(std::string(error.what()), "");
      ASSERT_NE(error.advice, "");
    }
    ASSERT_LT(source.bytes_read() - before, 40 * source.size() + 8'000'000) << name;
  }
}

class DamagedFilm : public testing::TestWithParam<char const*> {};

TEST_P(DamagedFilm, CanEndAnywhere) {
  auto const whole = support::bytes_of(film(GetParam()));
  auto const step = std::max<std::size_t>(whole.size() / 300, 1);
  for (std::size_t size = 0; size < whole.size(); size += size < 300 ? 7 : step)
    look_at({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}, GetParam());
}

TEST_P(DamagedFilm, CanHaveWrongBytes) {
  auto const whole = support::bytes_of(film(GetParam()));
  std::mt19937 random(1);
  auto const within = [&](std::size_t size) { return std::uniform_int_distribution<std::size_t>(0, size - 1)(random); };
  for (int variant = 0; variant < 150; ++variant) {
    auto bytes = whole;
    // The index is in the head or in the tail.
    for (auto count = within(12) + 1; count > 0; --count) {
      auto const area = std::min<std::size_t>(bytes.size(), variant % 3 == 0 ? bytes.size() : 4096);
      auto const at = variant % 2 ? within(area) : bytes.size() - 1 - within(area);
      bytes[at] = static_cast<std::byte>(variant % 5 == 0 ? 0xff : within(256));
    }
    look_at(std::move(bytes), GetParam());
  }
}

INSTANTIATE_TEST_SUITE_P(Films, DamagedFilm,
                         testing::Values("small.mp4", "small-front.mp4", "small-fragments.mp4", "small-sidx.mp4",
                                         "small.mkv", "small-live.mkv", "small.avi", "small.flv", "small.ts",
                                         "small.mpg", "small.wmv", "small.mp3", "small.flac", "small.opus",
                                         "small.wav"));

TEST(DamagedFilms, KeepWhatLiesBeforeTheCut) {
  auto const whole = support::bytes_of(film("front.mp4"));
  FilmBytes half({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2)});
  auto const timeline = read_timeline(half, hls::Container::iso);
  EXPECT_GE(timeline.key_frames.size(), 4U);
  EXPECT_LE(timeline.key_frames.size(), 8U);
  EXPECT_LT(timeline.end, std::chrono::seconds(9));
}

TEST(DamagedFilms, DoNotLastForHoursBecauseOfOneTime) {
  auto const whole = support::bytes_of(film("small.ts"));
  FilmBytes right(whole);
  auto const timeline = read_timeline(right, hls::Container::mpeg_ts);
  std::array const picture{std::byte{0}, std::byte{0}, std::byte{1}, std::byte{0xe0}};
  int damaged = 0;
  for (auto at = whole.begin(); (at = std::search(at, whole.end(), picture.begin(), picture.end())) != whole.end();
       ++at) {
    auto const time = static_cast<std::size_t>(at - whole.begin()) + 9;
    if (time >= whole.size() || ++damaged == 1) continue;  // the first one is what the others are believed by
    auto bytes = whole;
    bytes[time] ^= std::byte{4};  // 6.6 hours
    FilmBytes source(std::move(bytes));
    auto const found = read_timeline(source, hls::Container::mpeg_ts);
    EXPECT_EQ(found.start, timeline.start) << damaged;
    EXPECT_LE(found.end, timeline.end) << damaged;
    EXPECT_GE(found.end, timeline.end - std::chrono::milliseconds(200)) << damaged;
  }
  EXPECT_GT(damaged, 20);
}

TEST(DamagedFilms, EndAReadThatIsCancelled) {
  FilmBytes bytes(film("small.mp4"));
  bytes.cancel();
  EXPECT_THROW((void)read_timeline(bytes, hls::Container::iso), hls::Cancelled);
}

}  // namespace
