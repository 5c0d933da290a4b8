// SPDX-License-Identifier: LGPL-2.1-or-later
// Which trackers answer, as the real program finds out; and what a client is told when none does.
#include "lib/trackers/probe.hpp"
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"
#include "support/tracker.hpp"
#include "support/website.hpp"
#include "tracker/question.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace {

using namespace std::chrono_literals;
using support::FaultyTracker;
using support::MiB;
using support::Tracker;
using testing::HasSubstr;

TEST(TrackerAnswer, IsRead) {
  trackers::Hash hash;
  hash.fill('a');
  auto const answer = [](std::string const& entries) { return "d5:filesd" + entries + "ee"; };
  std::string const ours = "20:aaaaaaaaaaaaaaaaaaaad8:completei12e10:downloadedi3e10:incompletei4e4:name4:filme",
                    others = "20:bbbbbbbbbbbbbbbbbbbbd8:completei5e10:incompletei6ee",
                    empty = "20:aaaaaaaaaaaaaaaaaaaade";
  auto verdict = trackers::read_answer(200, answer(ours + others), hash);
  EXPECT_TRUE(verdict.answers);
  EXPECT_EQ(verdict.seeders, 12);
  EXPECT_EQ(verdict.leechers, 4);
  for (auto const& text : {answer(others), answer(empty + others), std::string("d8:completei5e10:incompletei6ee")}) {
    verdict = trackers::read_answer(200, text, hash);
    EXPECT_TRUE(verdict.answers);
    EXPECT_FALSE(verdict.seeders || verdict.leechers) << text;
  }
  EXPECT_FALSE(trackers::read_answer(200, answer(ours), {}).seeders) << "nothing was asked of it";
  verdict = trackers::read_answer(400, "d14:failure reason12:not allowed!e", hash);
  EXPECT_TRUE(verdict.answers);
  EXPECT_EQ(verdict.message, "not allowed!");
  for (auto const* odd :
       {"", "<html>", "d14:failure reason", "d14:failure reason99999999999999999999:x",
        "d20:aaaaaaaaaaaaaaaaaaaad8:completei", "d20:aaaaaaaaaaaaaaaaaaaad99:completei1e",
        "d20:aaaaaaaaaaaaaaaaaaaad8:completei99999999999999999999e", "d20:aaaaaaaaaaaaaaaaaaaad8:completei-1e"})
    EXPECT_FALSE(trackers::read_answer(200, odd, hash).seeders) << odd;
  EXPECT_FALSE(trackers::read_answer(502, "<html>", hash).answers);
}

TEST(TrackerAnswer, OfBrowsersIsRead) {
  trackers::Hash hash;
  hash.fill('a');
  hash.back() = 0xe9;
  auto const answer = [](std::string const& name) {
    return R"({"action":"scrape","files":{")" + name + R"(":{"complete":3,"incomplete":4,"downloaded":5}}})";
  };
  for (auto const* last : {"\\u00e9", "é"}) {
    auto const verdict = tracker::read_scrape(answer(std::string(19, 'a') + last), hash);
    EXPECT_TRUE(verdict.answers);
    EXPECT_EQ(verdict.seeders, 3);
    EXPECT_EQ(verdict.leechers, 4);
  }
  auto const other = tracker::read_scrape(answer(std::string(20, 'b')), hash);
  EXPECT_TRUE(other.answers);
  EXPECT_FALSE(other.seeders || other.leechers);
  hash[5] = 0;
  EXPECT_EQ(tracker::read_scrape(answer("aaaaa\\u0000" + std::string(13, 'a') + "é"), hash).seeders, 3);
  for (auto const* odd : {R"({"action":"announce","interval":120})", R"({"action":"scrape","files":[]})", "x"})
    EXPECT_FALSE(tracker::read_scrape(odd, hash).seeders) << odd;
  EXPECT_FALSE(tracker::read_scrape(R"({"action":"announce","interval":120})", hash).answers);
}

/// One row of an answer, by its URL.
std::string row(std::string const& body, std::string const& url, char const* member) {
  for (int i = 0; i < 20; ++i) {
    auto const at_url = at(body, ("$.data.trackers[" + std::to_string(i) + "].url").c_str());
    if (at_url == '"' + url + '"') return at(body, ("$.data.trackers[" + std::to_string(i) + "]." + member).c_str());
  }
  return "no row of " + url;
}

TEST(Trackers, AreAskedAllAtOnce) {
  if (!Tracker::installed()) GTEST_SKIP() << Tracker::advice;
  Tracker real;
  FaultyTracker silent(FaultyTracker::Fault::silent), garbage(FaultyTracker::Fault::garbage),
      failing(FaultyTracker::Fault::failure), another(FaultyTracker::Fault::silent);
  auto const gone = "udp://127.0.0.1:" + std::to_string(support::free_port()) + "/announce";
  auto const nameless = std::string("http://no.such.host.invalid/announce");
  auto torrent =
      support::make_torrent({.files = {support::payload_file("film.mkv", MiB)}, .trackers = {real.udp_url()}});
  real.allow(torrent);
  Running server(Environment{{"TORRENT_TRACKERS", real.udp_url() + " " + real.http_url() + " " + silent.url() + " " +
                                                      another.url() + " " + garbage.url() + " " + failing.url() + " " +
                                                      gone + " " + nameless + " wss://web.invalid/"}});
  auto const begin = std::chrono::steady_clock::now();
  auto const got = server.get("/api/trackers/check");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 9s) << "two silent ones, but at once";
  ASSERT_EQ(got.status(), 200) << got.body;
  EXPECT_EQ(at(got.body, "$.data.total"), "9");
  EXPECT_EQ(row(got.body, real.udp_url(), "answers"), "true") << got.body;
  EXPECT_NE(row(got.body, real.udp_url(), "time"), "null");
  EXPECT_EQ(row(got.body, real.udp_url(), "seeders"), "null") << "no hash was given";
  EXPECT_EQ(row(got.body, failing.url(), "answers"), "true");
  EXPECT_EQ(row(got.body, silent.url(), "resolves"), "true");
  EXPECT_EQ(row(got.body, nameless, "resolves"), "false");
  EXPECT_EQ(row(got.body, real.udp_url(), "protocol"), "\"udp\"");
  for (auto const& url :
       {silent.url(), another.url(), garbage.url(), gone, nameless, std::string("wss://web.invalid/")}) {
    EXPECT_EQ(row(got.body, url, "answers"), "false") << url;
    EXPECT_GT(row(got.body, url, "message").size(), 10u) << url;
  }

  // Other requests are served meanwhile.
  support::http::Connection waiting(server.at());
  waiting.send({.target = "/api/trackers/check"});
  EXPECT_EQ(server.get("/health").status(), 200);
  waiting.reset();

  ASSERT_EQ(server
                .post("/api/torrents", std::string(torrent.metainfo.begin(), torrent.metainfo.end()),
                      "application/x-bittorrent")
                .status(),
            200);
  auto const of_torrent = "/api/trackers/check?infoHash=" + torrent.key;
  ASSERT_TRUE(support::eventually([&] { return real.peers_of(torrent) > 0; }, 20s));
  auto const counted = server.get(of_torrent);
  EXPECT_EQ(row(counted.body, real.udp_url(), "answers"), "true") << counted.body;
  EXPECT_EQ(row(counted.body, real.udp_url(), "leechers"), "1") << counted.body;
  EXPECT_EQ(row(counted.body, real.http_url(), "leechers"), "1") << counted.body;
  EXPECT_EQ(row(counted.body, real.udp_url(), "peers"), "1") << counted.body;
  expect_failure(server.get("/api/trackers/check?infoHash=" + std::string(40, 'a')), 404, "unknown_torrent");
  expect_failure(server.get("/api/trackers/check?infoHash=1"), 400, "bad_info_hash");
}

TEST(Trackers, OfAStrangersLinkAreNotAskedInOurNetwork) {
  FaultyTracker inside(FaultyTracker::Fault::failure);
  Running server(Environment{{"TORRENT_TRACKERS", ""}});
  auto const torrent =
      support::make_torrent({.files = {support::payload_file("film.mkv", MiB)}, .trackers = {inside.url()}});
  ASSERT_EQ(server
                .post("/api/torrents", std::string(torrent.metainfo.begin(), torrent.metainfo.end()),
                      "application/x-bittorrent")
                .status(),
            200);
  auto const target = "/api/trackers/check?infoHash=" + torrent.key;
  ASSERT_TRUE(support::eventually([&] { return at(server.get(target).body, "$.data.total") == "1"; }));
  EXPECT_THAT(row(server.get(target).body, inside.url(), "message"), HasSubstr("private"));
}

// The other half of our own: a server's signalling is a tracker for browsers.
TEST(Trackers, OfBrowsersAreAsked) {
  Running one;
  auto const url = "ws://" + one.at().str() + "/tracker";
  Running server(Environment{{"TORRENT_TRACKERS", url}});
  auto const got = server.get("/api/trackers/check");
  EXPECT_EQ(row(got.body, url, "answers"), "true") << got.body;
  EXPECT_EQ(row(got.body, url, "protocol"), "\"ws\"");
  // The session itself never asks it.
  auto const hash = std::string(40, 'a');
  ASSERT_EQ(server.post("/api/torrents?wait=0", R"({"infoHash": ")" + hash + "\"}").status(), 202);
  EXPECT_EQ(at(server.get("/api/torrents/" + hash).body, "$.data.trackers"), "[]");
  EXPECT_THAT(server.get("/stream/magnet?magnet=magnet:%3Fxt=urn:btih:" + hash).body, HasSubstr("ws%3A%2F%2F"))
      << "but browsers that get its links do";
  EXPECT_TRUE(support::eventually([&] {
    return at(server.get("/api/trackers/check?infoHash=" + hash).body, "$.data.trackers[0].answers") == "true";
  }));
}

/// URLs that the server adds now.
std::string listed(Running& server) { return at(server.get("/api/trackers/check").body, "$.data.trackers[*].url"); }

TEST(TrackerFeed, GoodListsAreKeptBadOnesChangeNothing) {
  support::Website site;
  auto const a = "udp://127.0.0.1:" + std::to_string(support::free_port()) + "/a";
  auto const b = "udp://127.0.0.1:" + std::to_string(support::free_port()) + "/b";
  site.put("/list", {.body = "# best\n" + a + "\n\n  " + b + "\r\n" + a + "\nnonsense\n", .fields = "ETag: \"1\"\r\n"});
  Running server(Environment{{"TORRENT_TRACKERS_FROM", site.url("/list")}});
  auto const both = '"' + std::min(a, b) + "\",\"" + std::max(a, b) + '"';
  EXPECT_TRUE(support::eventually([&] { return listed(server) == both; })) << listed(server);
  auto const file = server.folder().path() / "state" / "trackers.txt";
  EXPECT_TRUE(support::eventually([&] { return support::read_file(file).find(b) != std::string::npos; }));

  auto const again = [&](support::Website::Page page, char const* says = "stay as they are") {
    site.put("/list", std::move(page));
    EXPECT_TRUE(server.child().stop().ok());
    server.start();
    EXPECT_TRUE(support::eventually([&] { return server.child().err().find(says) != std::string::npos; })) << says;
    return listed(server);
  };
  EXPECT_EQ(again({"<html>\n<body>\nGone\n"}), both);
  EXPECT_EQ(again({"", 404}), both);
  EXPECT_EQ(again({.body = std::string(1 << 20, 'x'), .endless = true}), both);
  EXPECT_EQ(again({""}), both);
  EXPECT_EQ(again({.body = "udp://127.0.0.1:9/c\n", .fields = "ETag: \"1\"\r\n"}, "has not changed"), both)
      << "it has not changed";
  site.put("/list", {"udp://127.0.0.1:9/c\n"});
  server.child().stop();
  server.start();
  EXPECT_TRUE(support::eventually([&] { return listed(server) == "\"udp://127.0.0.1:9/c\""; })) << listed(server);
}

TEST(TrackerFeed, FromAFile) {
  support::TempDir folder("trackers");
  support::write_file(folder.path() / "list", "udp://127.0.0.1:9/a\n");
  Running server(Environment{{"TORRENT_TRACKERS_FROM", folder / "list"}, {"TORRENT_TRACKERS", "udp://127.0.0.1:9/b"}});
  EXPECT_TRUE(support::eventually([&] { return listed(server) == R"("udp://127.0.0.1:9/a","udp://127.0.0.1:9/b")"; }));
  auto const hash = std::string(40, 'a');
  ASSERT_EQ(server.post("/api/torrents?wait=0", R"({"infoHash": ")" + hash + "\"}").status(), 202);
  // Each is told of once it was announced to.
  EXPECT_TRUE(support::eventually([&] {
    auto const told = at(server.get("/api/torrents/" + hash).body, "$.data.trackers[*].url");
    return told.find("udp://127.0.0.1:9/a") != std::string::npos &&
           told.find("udp://127.0.0.1:9/b") != std::string::npos;
  }));
}

TEST(Beginning, NoTrackerAnswers) {
  FaultyTracker broken(FaultyTracker::Fault::error);
  Running server(Environment{{"FIRST_BYTE_WAIT", "3000"}, {"TORRENT_TRACKERS", broken.url()}});
  auto const magnet = "magnet:?xt=urn:btih:" + std::string(40, 'b');
  ASSERT_EQ(server.post("/api/torrents?wait=0", "{\"magnetUri\":\"" + magnet + "\"}").status(), 202);
  auto const target = "/stream/proxy/" + std::string(40, 'b');
  ASSERT_TRUE(support::eventually([&] { return at(server.get(target).body, "$.code") == "\"no_tracker\""; }, 30s))
      << server.get(target).body;
  expect_failure(server.get(target), 504, "no_tracker");
}

TEST(Beginning, NoPeers) {
  Running server(Environment{{"FIRST_BYTE_WAIT", "1000"}});
  expect_failure(server.get("/stream/proxy/" + std::string(40, 'c')), 504, "no_peers");
}

TEST(Beginning, NobodyHasThisPart) {
  support::Swarm swarm(support::make_torrent("film.mkv", 4 * MiB), 1, {.has = [](int piece) { return piece < 8; }});
  Running server(Environment{{"FIRST_BYTE_WAIT", "5000"}, {"TORRENT_KEEP", "false"}});
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  auto const target = "/stream/proxy/" + swarm.torrent().key;
  EXPECT_EQ(server.get(target, {{"Range", "bytes=0-1000"}}).status(), 206);
  auto const got = server.get(target, {{"Range", "bytes=-1000"}});
  expect_failure(got, 504, "no_source");
  EXPECT_FALSE(got["Retry-After"].empty());
}

TEST(Beginning, PeersAreLookedForAgain) {
  Running server(Environment{{"TORRENT_TIMEOUT", "300"}, {"TORRENT_MAX_RETRIES", "2"}});
  auto const key = std::string(40, 'd');
  ASSERT_EQ(server.post("/api/torrents?wait=0", "{\"infoHash\":\"" + key + "\"}").status(), 202);
  EXPECT_TRUE(
      support::eventually([&] { return at(server.get("/api/torrents/" + key).body, "$.data.retries") == "2"; }, 15s));
}

TEST(Beginning, WhatHasFailedIsTriedAgain) {
  support::Swarm swarm(support::make_torrent("film.mkv", MiB), 1);
  Running server;
  auto const key = swarm.torrent().key;
  std::filesystem::path const in_the_way =
      server.folder() / ("downloads/" + key);  // a file where the torrent's folder should be
  std::filesystem::create_directories(in_the_way.parent_path());
  std::ofstream(in_the_way).put('x');
  server.post("/api/torrents?wait=5", "{\"magnetUri\":\"" + swarm.magnet() + "\"}");
  auto const says = [&](char const* path) { return at(server.get("/api/torrents/" + key).body, path); };
  EXPECT_TRUE(support::eventually([&] { return says("$.data.status") == "\"error\""; }, 15s)) << says("$.data");
  EXPECT_TRUE(
      support::eventually([&] { return g_ascii_strtoll(says("$.data.retries").c_str(), nullptr, 10) > 0; }, 15s));
  std::filesystem::remove(in_the_way);
  EXPECT_TRUE(support::eventually([&] { return says("$.data.status") == "\"complete\""; }, 20s)) << says("$.data");
}

}  // namespace
