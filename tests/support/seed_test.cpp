// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/child.hpp"
#include "support/leecher.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace support {
namespace {

std::string program() {
  char const* path = std::getenv("GST_TORRENT_SEED");
  return path ? path : "gst-torrent-seed";
}

TEST(Seed, SharesAFolderUntilItIsStopped) {
  TempDir dir;
  Payload(1).write(dir / "show/a.mkv", 300'000);
  Payload(2).write(dir / "show/b/c.mkv", 400'000);
  Child seed({program(), "--format=hybrid", "--seeders=2", "--rate=4096", "--delay=1", dir / "show"});
  auto const line = seed.wait_for_line("^magnet:.*$");
  ASSERT_TRUE(line) << seed.err();
  Leecher leecher((*line)[0]);
  ASSERT_TRUE(leecher.wait_complete());
  leecher.flush();
  EXPECT_EQ(read_file(leecher.folder() / "show/b/c.mkv"), Payload(2).bytes(0, 400'000));
  EXPECT_TRUE(seed.stop().ok());
}

TEST(Seed, SaysWhatIsWrong) {
  TempDir dir;
  auto const wrong = run({program(), "--format=v3", dir.str()});
  EXPECT_EQ(wrong.exit.code, 1);
  EXPECT_NE(wrong.err.find("v1, v2 or hybrid"), std::string::npos) << wrong.err;
  auto const missing = run({program(), dir / "film.mkv"});
  EXPECT_EQ(missing.exit.code, 1);
  EXPECT_NE(missing.err.find("film.mkv"), std::string::npos) << missing.err;
  EXPECT_EQ(run({program()}).exit.code, 1);
}

}  // namespace
}  // namespace support
