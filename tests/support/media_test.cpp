// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/media.hpp"

#include "support/child.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace support {
namespace {

struct MediaTest : testing::TestWithParam<Container> {};

/// Frames from `second` on, as GRAY8 of half the size.
std::string frames(std::filesystem::path const& film, int second, int count) {
  TempDir dir;
  auto const raw = dir / "frames";
  std::vector<std::string> command{"ffmpeg", "-nostdin", "-v", "error"};
  if (second > 0) command.insert(command.end(), {"-ss", std::to_string(second)});
  command.insert(command.end(), {"-i", film.string(), "-fps_mode", "passthrough", "-frames:v", std::to_string(count),
                                 "-s", "160x90", "-pix_fmt", "gray", "-f", "rawvideo", raw});
  auto const ran = run(std::move(command));
  EXPECT_TRUE(ran.ok()) << ran.err;
  return read_file(raw);
}

TEST_P(MediaTest, NumbersItsFrames) {
  auto const film = media_file(GetParam(), 12);
  if (GetParam() >= Container::mp3) {
    EXPECT_GT(std::filesystem::file_size(film), 10'000U);
    return;
  }
  auto const raw = frames(film, 0, 30);
  constexpr std::size_t size = 160 * 90;
  ASSERT_EQ(raw.size(), 30 * size);
  for (std::size_t n = 0; n < 30; ++n) {
    std::span const luma(reinterpret_cast<std::uint8_t const*>(raw.data()) + n * size, size);
    ASSERT_EQ(frame_number(luma, 160, 160, 90), static_cast<int>(n));
  }
}

INSTANTIATE_TEST_SUITE_P(AllContainers, MediaTest,
                         testing::Values(Container::mp4, Container::mp4_faststart, Container::mp4_fragmented,
                                         Container::mp4_interleaved_badly, Container::mov, Container::mkv,
                                         Container::mkv_live, Container::webm, Container::avi, Container::flv,
                                         Container::ts, Container::mp3, Container::flac, Container::ogg));

TEST(Media, SeeksLandOnTheRightFrame) {
  auto const raw = frames(media_file(Container::mp4, 12), 9, 1);
  std::span const luma(reinterpret_cast<std::uint8_t const*>(raw.data()), raw.size());
  EXPECT_EQ(frame_number(luma, 160, 160, 90), 9 * 25);
}

TEST(Media, MoovAndCuesAreWhereTheyShouldBe) {
  auto const moov = [](Container container) { return read_file(media_file(container, 12)).find("moov"); };
  EXPECT_LT(moov(Container::mp4_faststart), 100U);
  EXPECT_GT(moov(Container::mp4), 300'000U);
  EXPECT_GT(moov(Container::mp4_interleaved_badly), 300'000U);
  auto const mkv = read_file(media_file(Container::mkv, 12));
  EXPECT_GT(mkv.rfind("\x1c\x53\xbb\x6b"), mkv.size() - 5000) << "Cues";
}

TEST(Media, NoFrameOfOursHasNoNumber) {
  std::vector<std::uint8_t> const grey(160 * 90, 128);
  EXPECT_EQ(frame_number(grey, 160, 160, 90), std::nullopt);
}

}  // namespace
}  // namespace support
