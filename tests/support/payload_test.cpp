// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/payload.hpp"

#include "support/made_torrent.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace support {
namespace {

TEST(Payload, IsTheSameFromEveryOffset) {
  Payload const payload(7);
  auto const all = payload.bytes(0, 1000);
  for (std::size_t offset : {0, 1, 7, 8, 9, 500, 999})
    EXPECT_EQ(payload.bytes(static_cast<std::int64_t>(offset), 1000 - offset), all.substr(offset));
  EXPECT_NE(Payload(8).bytes(0, 1000), all);
}

TEST(Payload, FindsTheFirstWrongByte) {
  Payload const payload(7);
  auto bytes = payload.bytes(12345, 10000);
  EXPECT_TRUE(payload.matches(12345, bytes));
  bytes[7001] = static_cast<char>(bytes[7001] ^ 1);
  EXPECT_EQ(payload.first_difference(12345, std::as_bytes(std::span(bytes))), 7001U);
}

TEST(Payload, IsTheSameOnDisk) {
  TempDir dir;
  Payload(3).write(dir / "film.mkv", 3 * MiB + 17);
  EXPECT_EQ(read_file(dir / "film.mkv"), Payload(3).bytes(0, 3 * MiB + 17));
  auto const files = disk_files(dir / "film.mkv");
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].bytes(2 * MiB, 100), Payload(3).bytes(2 * MiB, 100));
}

struct MakeTorrent : testing::TestWithParam<Format> {};

TEST_P(MakeTorrent, KnowsItsFilesInTheOrderOfTheTorrent) {
  TorrentSpec spec;
  spec.files = {payload_file("b.mkv", 300'000, 1), payload_file("a/readme.txt", 10, 2), payload_file("empty", 0, 3),
                payload_file("c.mp4", 100'000, 4)};
  spec.name = "show";
  spec.format = GetParam();
  spec.piece_size = 32 * KiB;
  spec.trackers = {"http://127.0.0.1:1/announce"};
  auto const torrent = make_torrent(spec);
  EXPECT_EQ(!torrent.v1_hex.empty(), GetParam() != Format::v2);
  EXPECT_EQ(!torrent.v2_hex.empty(), GetParam() != Format::v1);
  EXPECT_EQ(torrent.hash.v1.has_value(), GetParam() != Format::v2);
  for (auto const& file : spec.files) {
    auto const& made = torrent.files.at(static_cast<std::size_t>(torrent.file_index(file.path)));
    EXPECT_EQ(made.path, "show/" + file.path);
    EXPECT_EQ(made.bytes(), file.bytes());
  }
  EXPECT_NE(torrent.magnet({{"127.0.0.2", 7}}).find("&x.pe=127.0.0.2:7"), std::string::npos);
  EXPECT_NE(torrent.magnet().find("tr=http%3A%2F%2F127.0.0.1%3A1%2Fannounce"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(AllFormats, MakeTorrent, testing::Values(Format::v1, Format::v2, Format::hybrid));

}  // namespace
}  // namespace support
