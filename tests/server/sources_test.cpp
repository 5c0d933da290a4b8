// SPDX-License-Identifier: LGPL-2.1-or-later
// What comes from web servers: the real program, with real ones on loopback.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"
#include "support/website.hpp"

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using support::eventually;
using support::KiB;
using support::MiB;
using support::Website;

std::string bytes_of(support::MadeTorrent const& made) { return {made.metainfo.begin(), made.metainfo.end()}; }

class TorrentUrl : public testing::Test {
 protected:
  support::http::Response add(std::string const& url) {
    return server_.post("/api/torrents", R"({"torrentUrl": ")" + url + "\"}");
  }
  Website site_;
  Running server_{Environment{{"ALLOW_PRIVATE_FETCH", "true"}}};
};

TEST_F(TorrentUrl, IsFetched) {
  auto const made = support::make_torrent("film.mkv", 300 * KiB);
  site_.put("/film.torrent", {bytes_of(made)});
  site_.put("/there", {"", 302, "Location: film.torrent\r\n"});
  auto const got = add(site_.url("/there"));
  EXPECT_EQ(got.status(), 200) << got.body;
  EXPECT_EQ(at(got.body, "$.data.infoHash"), '"' + made.key + '"');
  EXPECT_EQ(at(got.body, "$.data.files[0].name"), "\"film.mkv\"");
}

TEST_F(TorrentUrl, FailsInWords) {
  site_.put("/page", {"<html>This is no torrent</html>"});
  site_.put("/empty", {""});
  site_.put("/large", {.body = std::string(1 * MiB, 'd'), .endless = true});
  site_.put("/out", {"", 302, "Location: file:///etc/passwd\r\n"});
  expect_failure(add(site_.url("/page")), 400, "bad_input");
  expect_failure(add(site_.url("/empty")), 400, "bad_input");
  expect_failure(add(site_.url("/missing")), 502, "source_failed");
  expect_failure(add(site_.url("/large")), 502, "source_too_large");
  expect_failure(add(site_.url("/out")), 403, "forbidden_address");
  expect_failure(add("http://no-such-host.invalid/x.torrent"), 502, "source_failed");
  site_.put("/silent", {.body = "", .silent = true});
  expect_failure(add(site_.url("/silent")), 504, "source_timeout");
  EXPECT_EQ(at(server_.get("/api/torrents").body, "$.data.total"), "0");
}

TEST(TorrentUrls, NobodySendsTheServerToItsOwnNetwork) {
  Website site;
  site.put("/film.torrent", {bytes_of(support::make_torrent("film.mkv", 300 * KiB))});
  Running server;
  for (auto const& url : {site.url("/film.torrent"), "http://localhost:" + std::to_string(site.endpoint().port) + "/x",
                          std::string("http://169.254.169.254/latest/meta-data")})
    expect_failure(server.post("/api/torrents", R"({"torrentUrl": ")" + url + "\"}"), 403, "forbidden_address");
  EXPECT_EQ(site.connections(), 0);
}

}  // namespace
