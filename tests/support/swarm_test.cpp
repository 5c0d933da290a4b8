// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/swarm.hpp"

#include "support/eventually.hpp"
#include "support/leecher.hpp"

#include <gtest/gtest.h>

namespace support {
namespace {

struct AnyFormat : testing::TestWithParam<Format> {};

TEST_P(AnyFormat, IsDownloadedFromAMagnet) {
  TorrentSpec spec;
  spec.files = {payload_file("b.mkv", 700'000, 1), payload_file("a/readme.txt", 10, 2), payload_file("empty", 0, 3)};
  spec.name = "show";
  spec.format = GetParam();
  spec.piece_size = 64 * KiB;
  Swarm swarm(make_torrent(spec));  // with two, a plain leecher asks for its last blocks twice
  Leecher leecher(swarm.magnet());
  ASSERT_TRUE(leecher.wait_complete());
  EXPECT_TRUE(leecher.same_as(swarm.torrent()));
  EXPECT_EQ(swarm.most_copies(), 1);
  EXPECT_EQ(swarm.wasted(), 0);
}

INSTANTIATE_TEST_SUITE_P(AllFormats, AnyFormat, testing::Values(Format::v1, Format::v2, Format::hybrid));

TEST(Swarm, SpeaksUtp) {
  Swarm swarm(make_torrent("film.mkv", MiB), 1, {.utp = true, .tcp = false});
  Leecher leecher(swarm.magnet(), true);
  ASSERT_TRUE(leecher.wait_complete());
}

TEST(Swarm, HasAPart) {
  auto const torrent = make_torrent("film.mkv", 2 * MiB, 64 * KiB);
  Swarm swarm(torrent, {{.has = [](int piece) { return piece % 2 == 0; }}});
  Leecher leecher(swarm.magnet());
  ASSERT_TRUE(eventually([&] { return leecher.pieces() == 16; }));
  EXPECT_EQ(swarm.uploaded(), MiB);
  swarm.add({.has = [](int piece) { return piece % 2 == 1; }});
  Leecher other(swarm.magnet());
  ASSERT_TRUE(other.wait_complete());
  EXPECT_TRUE(other.same_as(torrent));
}

TEST(Swarm, SendsCorruptBlocks) {
  auto const torrent = make_torrent("film.mkv", MiB, 64 * KiB);
  Swarm swarm(torrent, {{.corrupt = {.pieces = {3}}}});
  Leecher leecher(swarm.magnet());
  ASSERT_TRUE(eventually([&] { return leecher.failed() > 0; }));
  swarm.add();
  Leecher lucky(swarm.torrent().magnet({swarm[1].endpoint()}));
  ASSERT_TRUE(lucky.wait_complete());
}

TEST(Swarm, StallsAndGoesOn) {
  auto const torrent = make_torrent("film.mkv", 4 * MiB, 64 * KiB);
  Swarm swarm(torrent, 1, {.stall_after = MiB});
  Leecher leecher(swarm.magnet());
  ASSERT_TRUE(eventually([&] { return swarm.uploaded() == MiB && swarm[0].conduct().held() > 0; }));
  swarm[0].resume();
  ASSERT_TRUE(leecher.wait_complete());
  EXPECT_TRUE(leecher.same_as(torrent));
}

TEST(Swarm, DiesAndComesBack) {
  auto const torrent = make_torrent("film.mkv", 4 * MiB, 64 * KiB);
  Swarm swarm(torrent, 1, {.stall_after = MiB});
  Leecher leecher(swarm.magnet());
  ASSERT_TRUE(eventually([&] { return swarm[0].conduct().held() > 0; }));
  auto const before = swarm[0].endpoint();
  swarm[0].kill();
  EXPECT_FALSE(swarm[0].alive());
  EXPECT_THROW(connect_to(before), std::system_error);
  swarm[0].resume();
  swarm[0].revive();
  EXPECT_EQ(swarm[0].endpoint(), before);
  Leecher other(swarm.magnet());
  ASSERT_TRUE(other.wait_complete());
}

TEST(Swarm, KeepsItsRate) {
  auto const torrent = make_torrent("film.mkv", MiB, 64 * KiB);
  Swarm swarm(torrent, 1, {.upload_limit = 512 * KiB});
  auto const start = std::chrono::steady_clock::now();
  Leecher leecher(swarm.magnet());
  ASSERT_TRUE(leecher.wait_complete());
  EXPECT_GT(std::chrono::steady_clock::now() - start, 1s) << "1 MiB at 512 KiB/s";
}

TEST(Swarm, AnswersLate) {
  Swarm swarm(make_torrent("film.mkv", 64 * KiB), 1, {.block_delay = 300ms});
  Leecher leecher(swarm.magnet());
  ASSERT_TRUE(leecher.wait_for_metadata());
  auto const start = std::chrono::steady_clock::now();
  ASSERT_TRUE(leecher.wait_complete());
  EXPECT_GT(std::chrono::steady_clock::now() - start, 250ms);
}

}  // namespace
}  // namespace support
