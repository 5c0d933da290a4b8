// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/tracker.hpp"

#include "support/eventually.hpp"
#include "support/http.hpp"
#include "support/leecher.hpp"
#include "support/swarm.hpp"

#include <gtest/gtest.h>

namespace support {
namespace {

struct TrackerTest : testing::TestWithParam<bool> {};

TEST_P(TrackerTest, BringsPeersTogether) {
  if (!Tracker::installed()) GTEST_SKIP() << Tracker::advice;
  Tracker tracker;
  TorrentSpec spec;
  spec.files = {payload_file("film.mkv", MiB)};
  spec.trackers = {GetParam() ? tracker.udp_url() : tracker.http_url()};
  auto const torrent = make_torrent(spec);
  tracker.allow(torrent);
  Swarm swarm(torrent, 2);
  ASSERT_TRUE(eventually([&] { return tracker.peers_of(torrent) == 2; }));
  Leecher leecher(torrent.magnet());
  EXPECT_TRUE(leecher.wait_complete());
}

INSTANTIATE_TEST_SUITE_P(HttpAndUdp, TrackerTest, testing::Bool());

TEST(FaultyTrackerTest, FailsInEachOfItsWays) {
  using Fault = FaultyTracker::Fault;
  auto const ask = [](FaultyTracker const& tracker) {
    auto const [at, target] = http::split_url(tracker.url());
    return http::ask(at, {.target = target}, 100ms);
  };
  EXPECT_THROW(ask(FaultyTracker(Fault::silent)), http::Failure);
  EXPECT_THROW(ask(FaultyTracker(Fault::hangs_up)), http::Failure);
  EXPECT_EQ(ask(FaultyTracker(Fault::error)).status(), 500);
  EXPECT_EQ(ask(FaultyTracker(Fault::redirects)).status(), 302);
  EXPECT_EQ(ask(FaultyTracker(Fault::failure)).body.substr(0, 17), "d14:failure reaso");
  FaultyTracker garbage(Fault::garbage);
  EXPECT_EQ(ask(garbage).status(), 200);
  EXPECT_EQ(garbage.requests(), 1);
}

}  // namespace
}  // namespace support
