// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/link.hpp"

#include "support/eventually.hpp"
#include "support/leecher.hpp"
#include "support/swarm.hpp"

#include <gtest/gtest.h>

namespace support {
namespace {

TEST(Link, PassesEverythingWithItsRate) {
  auto const torrent = make_torrent("film.mkv", MiB, 64 * KiB);
  Swarm swarm(torrent);
  Link link(swarm[0].endpoint(), {.down = 2 * MiB, .delay = 10ms});
  auto const start = std::chrono::steady_clock::now();
  Leecher leecher(torrent.magnet({link.endpoint()}));
  ASSERT_TRUE(leecher.wait_complete());
  EXPECT_GT(std::chrono::steady_clock::now() - start, 400ms);
  EXPECT_TRUE(leecher.same_as(torrent));
  EXPECT_GT(link.bytes_down(), MiB);
  EXPECT_GT(link.bytes_up(), 0);
}

TEST(Link, StallsCutsAndRestores) {
  auto const torrent = make_torrent("film.mkv", 2 * MiB, 64 * KiB);
  Swarm swarm(torrent);
  Link link(swarm[0].endpoint(), {.down = MiB});
  Leecher leecher(torrent.magnet({link.endpoint()}));
  ASSERT_TRUE(eventually([&] { return leecher.pieces() > 2; }));
  link.stall();
  EXPECT_EQ(link.connections(), 1);
  auto const passed = link.bytes_down();
  EXPECT_FALSE(eventually([&] { return link.bytes_down() != passed; }, 100ms));
  link.cut();
  EXPECT_EQ(link.connections(), 0);
  EXPECT_THROW(connect_to(link.endpoint()), std::system_error);
  ASSERT_TRUE(eventually([&] { return swarm[0].peers() == 0; }));
  link.stall(false);
  link.restore();
  link.set_rate(0);
  Leecher other(torrent.magnet({link.endpoint()}));
  ASSERT_TRUE(other.wait_complete());
}

}  // namespace
}  // namespace support
