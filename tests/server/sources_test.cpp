// SPDX-License-Identifier: LGPL-2.1-or-later
// What comes from web servers: the real program, with real ones on loopback.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"
#include "support/tracker.hpp"
#include "support/web_seed.hpp"
#include "support/website.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

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

// ---- the film itself, without anybody of the swarm ----

constexpr std::int64_t film_size = 3 * MiB + 5;

support::MadeTorrent film(std::vector<std::string> web_seeds = {}, std::vector<std::string> trackers = {}) {
  return support::make_torrent({.files = {support::payload_file("film.mkv", film_size)},
                                .piece_size = 64 * KiB,
                                .trackers = std::move(trackers),
                                .web_seeds = std::move(web_seeds)});
}

std::string payload() { return support::Payload().bytes(0, film_size); }

/// A server that does without peers, and one of the web.
class WithoutPeers : public testing::Test {
 protected:
  void start(Environment more = {}) {
    more.emplace_back("ALLOW_PRIVATE_FETCH", "true");
    more.emplace_back("P2P", "off");
    more.emplace_back("FIRST_BYTE_WAIT", "8000");
    server_.emplace(std::move(more));
  }
  void expect_film(std::string const& key, bool verified) {
    auto const part = server_->get("/stream/proxy/" + key, {{"Range", "bytes=2000000-2099999"}});
    ASSERT_EQ(part.status(), 206) << part.body;
    EXPECT_EQ(part["Content-Range"], "bytes 2000000-2099999/" + std::to_string(film_size));
    EXPECT_TRUE(support::Payload().matches(2'000'000, part.body));
    auto const got = server_->get("/stream/proxy/" + key);
    ASSERT_EQ(got.status(), 200);
    EXPECT_EQ(got.body.size(), static_cast<std::size_t>(film_size));
    EXPECT_TRUE(support::Payload().matches(0, got.body));
    EXPECT_EQ(got["ETag"].find("unverified") == std::string::npos, verified) << got["ETag"];
    EXPECT_EQ(got["Content-Type"], "video/x-matroska");
  }
  Website site_;
  support::WebSeed web_;
  std::optional<Running> server_;
};

TEST_F(WithoutPeers, WebSeedsOfTheClient) {
  auto const made = film();
  web_.serve(made);
  site_.put("/film.torrent", {bytes_of(made)});
  start();
  auto const got = server_->post("/api/torrents", R"({"torrentUrl": ")" + site_.url("/film.torrent") +
                                                      R"(", "webSeeds": [")" + web_.url() + "\"]}");
  ASSERT_EQ(got.status(), 200) << got.body;
  expect_film(made.key, true);
}

TEST_F(WithoutPeers, WebSeedsThatAreNamedLater) {
  auto const made = film();
  web_.serve(made);
  start();
  ASSERT_EQ(server_->post("/api/torrents", bytes_of(made), "application/x-bittorrent").status(), 200);
  auto const patch = [&](std::string const& body) {
    return server_->ask({.method = "PATCH", .target = "/api/torrents/" + made.key, .fields = {}, .body = body});
  };
  EXPECT_EQ(patch(R"({"webSeeds": ["ftp://x/"]})").status(), 400);
  ASSERT_EQ(patch(R"({"webSeeds": [")" + web_.url() + "\"]}").status(), 200);
  expect_film(made.key, true);
}

TEST(WebSeedUrls, DoNotLeadToTheServersOwnNetwork) {
  auto const made = film();
  Running server;
  auto const add = [&](std::string const& more) {
    return server.post("/api/torrents?wait=0", R"({"infoHash": ")" + made.key + "\", " + more + "}");
  };
  for (auto const* url : {"http://127.0.0.1/", "http://localhost:9/x", "http://[::1]/", "http://10.0.0.1/film.mkv"})
    expect_failure(add(R"("webSeeds": [")" + std::string(url) + "\"]"), 403, "forbidden_address");
  EXPECT_EQ(at(server.get("/api/torrents").body, "$.data.total"), "0");
  EXPECT_EQ(server
                .post("/api/torrents?wait=0",
                      R"({"magnetUri": "magnet:?xt=urn:btih:)" + made.key + R"(&ws=http://127.0.0.1/film.mkv"})")
                .status(),
            202)
      << "a magnet's are hints";
}

TEST(WebSeedUrls, OfATorrentDoNotEither) {
  support::WebSeed web;
  auto const made = film({web.url()});
  web.serve(made);
  Running server(Environment{{"P2P", "off"}, {"FIRST_BYTE_WAIT", "3000"}});
  ASSERT_EQ(server.post("/api/torrents", bytes_of(made), "application/x-bittorrent").status(), 200);
  EXPECT_EQ(server.get("/stream/proxy/" + made.key).status(), 503);
  EXPECT_EQ(web.requests(), 0);
}

TEST_F(WithoutPeers, TheTorrentFromTheSecondSource) {
  auto const made = film({web_.url()});
  web_.serve(made);
  auto const other = support::make_torrent("other.mkv", MiB);
  g_autofree char* capitals = g_ascii_strup(made.key.c_str(), -1);
  site_.put("/a/" + made.key, {bytes_of(other)});
  site_.put("/b/" + std::string(capitals) + ".torrent", {bytes_of(made)});
  start({{"HTTP_TORRENT_SOURCES", site_.url("/missing/{infoHash}") + " " + site_.url("/a/{infoHash}") + " " +
                                      site_.url("/b/{INFOHASH}.torrent")}});
  expect_film(made.key, true);
  EXPECT_EQ(site_.asked().size(), 3u);
}

TEST_F(WithoutPeers, AStreamingServiceIsVerifiedByTheTorrent) {
  auto const made = film();
  site_.put("/" + made.key + ".torrent", {bytes_of(made)});
  site_.put("/stream/" + made.key + "/0", {.body = payload(), .ranges = true});
  start({{"HTTP_TORRENT_SOURCES", site_.url("/{infoHash}.torrent")},
         {"HTTP_STREAM_SOURCES", site_.url("/stream/{infoHash}/{fileIndex}")}});
  expect_film(made.key, true);
  EXPECT_TRUE(eventually([&] { return at(server_->get("/stream/info/" + made.key).body, "$.data.cached") == "true"; }))
      << "and kept";
}

TEST_F(WithoutPeers, AStreamingServiceAlone) {
  auto const made = film();
  site_.put("/stream/" + made.key + "/0",
            {.body = payload(), .fields = "Content-Type: video/x-matroska\r\n", .ranges = true});
  start({{"HTTP_STREAM_SOURCES", site_.url("/no/{infoHash}") + "," + site_.url("/stream/{infoHash}/{fileIndex}")}});
  expect_film(made.key, false);
  EXPECT_EQ(server_->get("/stream/proxy/" + made.key)["Cache-Control"], "no-cache");
  EXPECT_EQ(at(server_->get("/api/torrents").body, "$.data.total"), "0");
  expect_failure(server_->get("/stream/proxy/" + std::string(40, 'b')), 503, "p2p_off");
}

// It gives wrong bytes: with hashes at hand, nobody gets them.
// FIRST_BYTE_WAIT is for peers; there are none.
TEST_F(WithoutPeers, WhatNoSourceHasIsRefusedAtOnce) {
  Running server(Environment{{"P2P", "off"},
                             {"ALLOW_PRIVATE_FETCH", "true"},
                             {"HTTP_TORRENT_SOURCES", site_.url("/none/{infoHash}.torrent")},
                             {"HTTP_STREAM_SOURCES", site_.url("/none/{infoHash}")},
                             {"FIRST_BYTE_WAIT", "60000"}});
  for (int i = 0; i < 2; ++i) expect_failure(server.get("/stream/proxy/" + std::string(40, 'e')), 503, "p2p_off");
}

TEST_F(WithoutPeers, AStreamingServiceThatLies) {
  auto const made = film();
  site_.put("/" + made.key + ".torrent", {bytes_of(made)});
  site_.put("/stream/" + made.key + "/0", {.body = std::string(film_size, 'x'), .ranges = true});
  start({{"HTTP_TORRENT_SOURCES", site_.url("/{infoHash}.torrent")},
         {"HTTP_STREAM_SOURCES", site_.url("/stream/{infoHash}/{fileIndex}")},
         {"TORRENT_VERIFY", "strict"}});
  EXPECT_NE(server_->get("/stream/proxy/" + made.key).status(), 200);
}

// A server as it is found in the world, in place of ours.
TEST_F(WithoutPeers, NginxAsAStreamingService) {
  std::string const program = std::filesystem::exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "";
  if (program.empty()) GTEST_SKIP() << "nginx is missing: install the Debian package `nginx-light`";
  auto const made = film();
  support::TempDir folder("nginx");
  support::Payload().write(folder.path() / "files" / (made.key + ".mkv"), film_size);
  support::Endpoint const at{"127.0.0.1", support::free_port()};
  std::string config = geteuid() == 0 ? "user root;\n" : "";
  config += "daemon off;\npid " + folder / "nginx.pid" +
            ";\nerror_log stderr;\nevents {}\nhttp {\n  access_log off;\n" + "  types { video/x-matroska mkv; }\n";
  for (auto const* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    config += std::string("  ") + kind + "_temp_path " + folder / kind + ";\n";
  config += "  server {\n    listen " + at.str() + ";\n    root " + folder / "files" +
            ";\n    rewrite ^/watch/(.*)$ /$1.mkv redirect;\n  }\n}\n";
  support::write_file(folder.path() / "nginx.conf", config);
  support::Child nginx({program, "-e", "stderr", "-p", folder.str(), "-c", folder / "nginx.conf"});
  ASSERT_TRUE(eventually([&] {
    try {
      return support::http::get(at, "/" + made.key + ".mkv", {{"Range", "bytes=0-0"}}).status() == 206;
    } catch (std::exception const&) {
      return false;
    }
  })) << nginx.err();
  auto const large = std::string(40, 'c');
  std::ofstream(folder / ("files/" + large + ".mkv")).put('x');
  std::filesystem::resize_file(folder / ("files/" + large + ".mkv"), 100 * MiB);
  start({{"HTTP_STREAM_SOURCES", "http://" + at.str() + "/watch/{infoHash}"}});
  std::vector<support::http::Connection> pausing;  // viewers who take no more for the moment
  for (int i = 0; i < 20; ++i) {
    pausing.emplace_back(server_->at()).send({.target = "/stream/proxy/" + large});
    EXPECT_EQ(pausing.back().read_head().status, 200);
  }
  expect_film(made.key, false);
}

// With P2P on, the swarm is asked first and at the same time.
TEST(WithPeers, AStreamingServiceWhereTheSwarmIsDead) {
  auto const made = film();
  Website site;
  site.put("/" + made.key, {.body = payload(), .fields = "Content-Type: video/mp4\r\n", .ranges = true});
  Running server(Environment{{"ALLOW_PRIVATE_FETCH", "true"}, {"HTTP_STREAM_SOURCES", site.url("/{infoHash}")}});
  auto const got = server.get("/stream/proxy/" + made.key);
  EXPECT_EQ(got.status(), 200);
  EXPECT_TRUE(support::Payload().matches(0, got.body));
}

// ---- nothing goes out ----

TEST_F(WithoutPeers, NoTrackerAndNoPeerHearsOfIt) {
  support::FaultyTracker tracker(support::FaultyTracker::Fault::failure);
  auto const made = film({web_.url()}, {tracker.url()});
  web_.serve(made);
  support::Swarm swarm(film());  // which asks no tracker
  start({{"TORRENT_TRACKERS", tracker.url()}});
  ASSERT_EQ(server_->post("/api/torrents", bytes_of(made), "application/x-bittorrent").status(), 200);
  EXPECT_EQ(server_
                ->ask({.method = "PATCH",
                       .target = "/api/torrents/" + made.key,
                       .fields = {},
                       .body = R"({"trackers": [")" + tracker.url() + "\"]}"})
                .status(),
            200);
  // A magnet with a peer brings it nowhere.
  expect_failure(server_->add("magnet:?xt=urn:btih:" + std::string(40, 'c') + "&x.pe=" + swarm.endpoints()[0].str()),
                 503, "p2p_off");
  expect_film(made.key, true);
  ASSERT_EQ(server_->add(made.magnet(swarm.endpoints())).status(), 200);
  EXPECT_FALSE(eventually([&] { return tracker.requests() > 0 || swarm[0].peers() > 0; }, 2s));
  EXPECT_EQ(tracker.requests(), 0);
  EXPECT_EQ(swarm[0].peers(), 0);
  EXPECT_EQ(at(server_->get("/status").body, "$.data.session.listenPort"), "0");
  EXPECT_EQ(server_->get("/health").status(), 200);
  EXPECT_EQ(swarm.uploaded(), 0);
}

// What is here is served without a word to anybody: also by a server that was started again.
TEST(Complete, IsServedWithTheNetworkOff) {
  support::FaultyTracker tracker(support::FaultyTracker::Fault::failure);
  auto const made = film({}, {tracker.url()});
  support::Swarm swarm(film());  // which asks no tracker
  Running server;
  ASSERT_EQ(server.add(made.magnet(swarm.endpoints())).status(), 200);
  ASSERT_TRUE(eventually([&] { return at(server.get("/stream/info/" + made.key).body, "$.data.cached") == "true"; }));
  ASSERT_TRUE(server.child().stop().ok());
  auto const before = tracker.requests();
  EXPECT_GT(before, 0);
  server.start();
  auto const got = server.get("/stream/proxy/" + made.key);
  EXPECT_TRUE(support::Payload().matches(0, got.body));
  EXPECT_EQ(got.body.size(), static_cast<std::size_t>(film_size));
  EXPECT_EQ(at(server.add("magnet:?xt=urn:btih:" + made.key).body, "$.data.cached"), "true");
  EXPECT_FALSE(eventually([&] { return tracker.requests() > before || swarm[0].peers() > 0; }, 2s));
}

}  // namespace
