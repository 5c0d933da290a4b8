// SPDX-License-Identifier: LGPL-2.1-or-later
// Streams for clients that can't wait, links for those that can't search, and what can be changed of a torrent.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using support::eventually;
using support::MiB;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

std::string text_at(std::string const& body, char const* path) {
  auto const json = at(body, path);
  return json.size() < 2 ? json : json.substr(1, json.size() - 2);
}

TEST(Prepare, AStreamThatIsReadyBeforeItIsAskedFor) {
  support::Swarm swarm(support::make_torrent("film.mkv", 3 * MiB), 2);
  Running server;
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  auto const key = swarm.torrent().key;
  auto const begun = server.post("/stream/prepare/" + key + "?fileIndex=0", "");
  ASSERT_EQ(begun.status(), 202) << begun.body;
  auto const status_url = text_at(begun.body, "$.data.statusUrl");
  EXPECT_EQ(status_url, "/stream/status/" + text_at(begun.body, "$.data.jobId"));
  ASSERT_TRUE(eventually([&] { return text_at(server.get(status_url).body, "$.data.status") == "ready"; }));
  auto const status = server.get(status_url);
  EXPECT_EQ(text_at(status.body, "$.data.progress"), "100.00");
  auto const ready = server.get(text_at(begun.body, "$.data.readyUrl"));
  EXPECT_EQ(ready.status(), 302);
  EXPECT_EQ(ready["Location"], "/stream/proxy/" + key + "?fileIndex=0");
  auto const got = server.get(ready["Location"]);
  EXPECT_TRUE(support::Payload().matches(0, got.body));
}

TEST(Prepare, TellsHowItGoes) {
  Running server;
  std::string const nobody(40, 'b');
  auto const begun = server.post("/stream/prepare/" + nobody, "");
  ASSERT_EQ(begun.status(), 202) << begun.body;
  EXPECT_EQ(text_at(server.get(text_at(begun.body, "$.data.statusUrl")).body, "$.data.status"), "connecting");
  auto const ready = server.get(text_at(begun.body, "$.data.readyUrl"));
  EXPECT_EQ(ready.status(), 202);
  EXPECT_EQ(ready["Retry-After"], "1");
  expect_failure(server.get("/stream/status/no-such-job"), 404, "unknown_job");
  expect_failure(server.post("/stream/prepare/nonsense", ""), 400, "bad_info_hash");
  expect_failure(server.post("/stream/prepare/" + nobody + "?fileIndex=x", ""), 400, "bad_request");
}

TEST(Prepare, AFileThatIsNotThereHasFailed) {
  support::Swarm swarm(support::make_torrent("film.mkv", MiB), 1);
  auto const target = "/stream/prepare/" + swarm.torrent().key + "?fileIndex=5";
  Running server;
  // Nobody can know yet.
  auto const begun = server.post(target, "");
  ASSERT_EQ(begun.status(), 202) << begun.body;
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  auto const status = server.get(text_at(begun.body, "$.data.statusUrl"));
  EXPECT_EQ(text_at(status.body, "$.data.status"), "failed") << status.body;
  EXPECT_GT(text_at(status.body, "$.data.error").size(), 10U);
  expect_failure(server.get(text_at(begun.body, "$.data.readyUrl")), 404, "unknown_file");
  expect_failure(server.post(target, ""), 404, "unknown_file");
}

TEST(Prepare, WhatNobodyHasFails) {
  Running server(Environment{{"TORRENT_TIMEOUT", "500"}});
  auto const begun = server.post("/stream/prepare/" + std::string(40, 'b'), "");
  ASSERT_EQ(begun.status(), 202) << begun.body;
  auto const status_url = text_at(begun.body, "$.data.statusUrl");
  ASSERT_TRUE(eventually([&] { return text_at(server.get(status_url).body, "$.data.status") == "failed"; }));
  EXPECT_THAT(text_at(server.get(status_url).body, "$.data.error"), HasSubstr("No peer"));
  expect_failure(server.get(text_at(begun.body, "$.data.readyUrl")), 504, "no_peers");
}

TEST(Prepare, WhatDoesNotGetOnFails) {
  support::Swarm swarm(support::make_torrent("film.mkv", 3 * MiB), 1, {.has = [](int piece) { return piece > 5; }});
  Running server(Environment{{"TORRENT_TIMEOUT", "1000"}});
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  auto const begun = server.post("/stream/prepare/" + swarm.torrent().key, "");
  ASSERT_EQ(begun.status(), 202) << begun.body;
  auto const status_url = text_at(begun.body, "$.data.statusUrl");
  ASSERT_TRUE(eventually([&] { return text_at(server.get(status_url).body, "$.data.status") == "failed"; }));
  EXPECT_GT(text_at(server.get(status_url).body, "$.data.error").size(), 10U);
}

TEST(StreamMagnet, TellsWhereItPlays) {
  Running server(Environment{{"TORRENT_TRACKERS", "udp://127.0.0.1:1/announce"}});
  std::string const hash(40, 'c');
  auto const check = [&](support::http::Response const& got) {
    ASSERT_EQ(got.status(), 200) << got.body;
    EXPECT_EQ(text_at(got.body, "$.data.infoHash"), hash);
    EXPECT_THAT(text_at(got.body, "$.data.enhancedMagnet"), HasSubstr("tr=udp%3A%2F%2F127.0.0.1%3A1%2Fannounce"));
    EXPECT_EQ(text_at(got.body, "$.data.streamUrls.stream"), "/stream/proxy/" + hash);
  };
  check(server.get("/stream/magnet?magnet=magnet%3A%3Fxt%3Durn%3Abtih%3A" + hash));
  check(server.post("/stream/magnet", R"({"magnet": "magnet:?xt=urn:btih:)" + hash + "\"}"));
  expect_failure(server.get("/stream/magnet"), 400, "bad_request");
  expect_failure(server.get("/stream/magnet?magnet=/etc/passwd"), 400, "bad_input");
  EXPECT_EQ(at(server.get("/api/torrents").body, "$.data.total"), "0");
}

TEST(Playlist, HasAbsoluteLinks) {
  support::Swarm swarm(support::make_torrent({.files = {support::payload_file("one.mp4", MiB, 1),
                                                        support::payload_file("two.flac", MiB, 2),
                                                        support::text_file("read me.txt", "Hello.")},
                                              .name = "show"}),
                       1);
  Running server;
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  auto const key = swarm.torrent().key;
  auto const got = server.get("/playlist/" + key + ".m3u");
  EXPECT_EQ(got["Content-Type"], "audio/x-mpegurl; charset=utf-8");
  EXPECT_THAT(got.body, StartsWith("#EXTM3U\n#EXTINF:-1,"));
  auto const film = std::to_string(swarm.torrent().file_index("one.mp4"));
  EXPECT_THAT(got.body,
              HasSubstr("#EXTINF:-1,one.mp4\n" + server.url("/stream/proxy/" + key + "?fileIndex=" + film) + "\n"));
  EXPECT_THAT(got.body, HasSubstr("two.flac"));
  EXPECT_THAT(got.body, Not(HasSubstr("read me")));
  EXPECT_EQ(server.get("/playlist/all.m3u").body, got.body);
  expect_failure(server.get("/playlist/" + std::string(40, 'a') + ".m3u"), 404, "unknown_torrent");
  expect_failure(server.get("/playlist/nonsense.m3u"), 400, "bad_info_hash");
  expect_failure(server.get("/playlist/all.pls"), 404, "not_found");
}

TEST(Change, WhatIsGiven) {
  support::Swarm swarm(support::make_torrent("film.mkv", MiB), 1);
  Running server;
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  auto const target = "/api/torrents/" + swarm.torrent().key;
  auto const patch = [&](std::string body) {
    return server.ask(
        {.method = "PATCH", .target = target, .fields = {{"Content-Type", "application/json"}}, .body = body});
  };
  auto const changed =
      patch(R"({"paused": true, "downloadLimit": 100000, "keep": false, "trackers": ["udp://127.0.0.1:1/announce"]})");
  ASSERT_EQ(changed.status(), 200) << changed.body;
  auto const shown = server.get(target).body;
  EXPECT_EQ(at(shown, "$.data.downloadLimit"), "100000");
  EXPECT_EQ(at(shown, "$.data.uploadLimit"), "0");
  EXPECT_EQ(at(shown, "$.data.keep"), "false");
  ASSERT_EQ(patch(R"({"uploadLimit": 5000, "keep": true})").status(), 200);
  EXPECT_EQ(at(server.get(target).body, "$.data.downloadLimit"), "100000") << "not named, not changed";
  EXPECT_EQ(at(server.get(target).body, "$.data.keep"), "true");
  for (auto const* bad : {"{}", R"({"paused": "yes"})", R"({"downloadLimit": -1})", R"({"uploadLimit": 99999999999})",
                          R"({"trackers": ["gopher://x"]})", R"({"unknown": 1})", "nonsense"})
    EXPECT_EQ(patch(bad).status(), 400) << bad;
  EXPECT_EQ(patch(R"({"paused": false, "downloadLimit": -1})").status(), 400);
}

}  // namespace
