// SPDX-License-Identifier: LGPL-2.1-or-later
// HLS as a client has it: the real program, a real swarm.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/made_file.hpp"
#include "support/swarm.hpp"
#include "unzipped.hpp"

#include <gio/gio.h>
#include <gmock/gmock.h>

#include <sstream>

namespace {

using namespace std::chrono_literals;
using support::eventually;
using testing::AnyOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Half a minute of 3 Mbit/s, 12 MB: some segments of it, not the others, may be here.
support::MadeTorrent films() {
  auto const path = support::made_by_ffmpeg(
      "film.mkv", support::words_of("-f lavfi -i testsrc2=r=25:s=320x180:d=30 -f lavfi -i sine=sample_rate=48000:d=30 "
                                    "-f lavfi -i sine=frequency=880:sample_rate=48000:d=30 -map 0 -map 1 -map 2 "
                                    "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -b:v 3000k -minrate 3000k "
                                    "-maxrate 3000k -bufsize 3000k -x264-params nal-hrd=cbr -c:a aac"));
  return support::make_torrent({.files = {support::disk_file("film.mkv", path),
                                          support::text_file("film.en.srt", "1\n00:00:01,000 --> 00:00:02,000\nHi\n"),
                                          support::text_file("read me.txt", "Hello.")},
                                .name = "films"});
}

std::vector<std::string> lines_of(std::string const& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Addresses in a playlist: its own lines, and URI attributes.
std::vector<std::string> addresses(std::string const& playlist) {
  std::vector<std::string> found;
  for (auto const& line : lines_of(playlist)) {
    if (!line.empty() && line[0] != '#') found.push_back(line);
    if (auto const at = line.find("URI=\""); at != line.npos)
      found.push_back(line.substr(at + 5, line.find('"', at + 5) - at - 5));
  }
  return found;
}

class Hls : public testing::Test {
 protected:
  void serve(Environment env = {}, support::SeederOptions const& seeder = {}) {
    swarm_ = std::make_unique<support::Swarm>(films(), 1, seeder);
    server_ = std::make_unique<Running>(std::move(env));
    auto const got =
        server_->ask({.method = "POST",
                      .target = "/api/torrents?wait=30",
                      .fields = {{"Content-Type", "application/json"}, {"Authorization", "Bearer se/cret"}},
                      .body = "{\"magnetUri\":\"" + swarm_->magnet() + "\"}"});
    ASSERT_EQ(got.status(), 200) << got.body;
    base_ = "/hls/" + swarm_->torrent().key + "/" + std::to_string(swarm_->torrent().file_index("film.mkv")) + "/";
  }
  support::http::Response get(std::string const& target, support::http::Fields fields = {}) {
    return server_->get(base_ + target, std::move(fields));
  }
  support::http::Response head(std::string const& target) {
    return server_->ask({.method = "HEAD", .target = base_ + target});
  }
  /// Once nothing of it is doubtful any more.
  support::http::Response verified(std::string const& target) {
    support::http::Response got;
    EXPECT_TRUE(eventually([&] { return (got = get(target))["Cache-Control"] != "no-store" && got.status() == 200; }));
    return got;
  }

  std::unique_ptr<support::Swarm> swarm_;
  std::unique_ptr<Running> server_;
  std::string base_;
};

TEST_F(Hls, PlaysFromTheMasterToTheLastSegment) {
  serve();
  auto const master = get("master.m3u8");
  ASSERT_EQ(master.status(), 200) << master.body;
  EXPECT_EQ(master["Content-Type"], "application/vnd.apple.mpegurl");
  EXPECT_EQ(master["Access-Control-Allow-Origin"], "*");
  EXPECT_THAT(master["Vary"], HasSubstr("User-Agent"));
  EXPECT_THAT(master["Vary"], HasSubstr("Accept-Encoding"));
  auto const playlists = addresses(master.body);
  EXPECT_THAT(playlists, testing::UnorderedElementsAre("ts.6/v0.m3u8", "ts.6/i0.m3u8", "ts.6/a1.m3u8", "ts.6/a2.m3u8",
                                                       StartsWith("ts.6/x")));
  for (auto const& name : playlists) {
    auto const playlist = get(name);
    ASSERT_EQ(playlist.status(), 200) << name << playlist.body;
    EXPECT_EQ(playlist["Content-Type"], "application/vnd.apple.mpegurl");
    EXPECT_EQ(playlist["Vary"], "Accept-Encoding");
    auto const segments = addresses(playlist.body);
    ASSERT_FALSE(segments.empty());
    for (auto const& at : {segments.front(), segments.back()}) {
      auto const segment = get("ts.6/" + at);
      EXPECT_EQ(segment.status(), 200) << at << segment.body;
      EXPECT_THAT(segment["Content-Type"], AnyOf("video/mp2t", "audio/aac", "text/vtt; charset=utf-8"));
      EXPECT_EQ(segment["Access-Control-Allow-Origin"], "*");
      EXPECT_EQ(segment["Content-Length"], std::to_string(segment.body.size()));
    }
  }
  EXPECT_EQ(get("fmp4.6/v0/init.mp4").body.substr(4, 4), "ftyp");
  auto const beside = std::to_string(swarm_->torrent().file_index("film.en.srt"));
  EXPECT_THAT(get("ts.6/x" + beside + "/0.vtt").body, HasSubstr("Hi"));
}

TEST_F(Hls, SegmentsAreCachedForEver) {
  serve();
  auto const whole = verified("ts.6/v0/1.ts");
  EXPECT_EQ(whole["Cache-Control"], "public, max-age=31536000, immutable");
  EXPECT_EQ(whole["Accept-Ranges"], "bytes");
  EXPECT_EQ(whole.head.all("Content-Encoding").size(), 0U);
  auto const etag = whole["ETag"];
  EXPECT_THAT(etag, ContainsRegex("^\"[^\"]+\"$"));
  EXPECT_NE(verified("ts.6/v0/2.ts")["ETag"], etag);

  auto const same = get("ts.6/v0/1.ts", {{"If-None-Match", "\"x\", " + etag}});
  EXPECT_EQ(same.status(), 304);
  EXPECT_EQ(same["ETag"], etag);
  EXPECT_EQ(same["Cache-Control"], whole["Cache-Control"]);
  EXPECT_EQ(same.body, "");
  EXPECT_TRUE(get("ts.6/v0/1.ts", {{"If-None-Match", "\"other\""}}).body == whole.body);
  expect_failure(get("ts.6/v0/1.ts", {{"If-Match", "\"other\""}}), 412, "precondition_failed");

  auto const asked = head("ts.6/v0/1.ts");
  EXPECT_EQ(asked.status(), 200);
  EXPECT_EQ(asked["Content-Length"], std::to_string(whole.body.size()));
  EXPECT_EQ(asked["ETag"], etag);

  auto const size = whole.body.size();
  auto const range = [&](std::string const& value, support::http::Fields more = {}) {
    more.emplace_back("Range", value);
    return get("ts.6/v0/1.ts", more);
  };
  auto const part = range("bytes=188-375");
  EXPECT_EQ(part.status(), 206);
  EXPECT_EQ(part["Content-Range"], "bytes 188-375/" + std::to_string(size));
  EXPECT_TRUE(part.body == whole.body.substr(188, 188));
  EXPECT_TRUE(range("bytes=-188").body == whole.body.substr(size - 188));
  EXPECT_TRUE(range("bytes=" + std::to_string(size - 1) + "-").body == whole.body.substr(size - 1));
  auto const beyond = range("bytes=" + std::to_string(size) + "-");
  expect_failure(beyond, 416, "range_not_satisfiable");
  EXPECT_EQ(beyond["Content-Range"], "bytes */" + std::to_string(size));
  EXPECT_TRUE(range("bytes=0-1", {{"If-Range", "\"other\""}}).body == whole.body);
  EXPECT_TRUE(range("bytes=0-1", {{"If-Range", etag}}).body == whole.body.substr(0, 2));
}

TEST_F(Hls, PlaylistsAreZippedAndAskedForAnew) {
  serve();
  auto const plain = verified("ts.6/i0.m3u8");
  EXPECT_EQ(plain["Cache-Control"], "no-cache");
  EXPECT_FALSE(plain.head.has("Content-Encoding"));
  auto const zipped = get("ts.6/i0.m3u8", {{"Accept-Encoding", "br, gzip;q=0.5"}});
  EXPECT_EQ(zipped["Content-Encoding"], "gzip");
  EXPECT_LT(zipped.body.size(), plain.body.size());
  EXPECT_EQ(unzipped(zipped.body), plain.body);
  EXPECT_NE(zipped["ETag"], plain["ETag"]) << "a strong ETag is of bytes";
  EXPECT_FALSE(get("ts.6/v0.m3u8", {{"Accept-Encoding", "gzip"}}).head.has("Content-Encoding")) << "a few bytes";
  EXPECT_EQ(get("ts.6/i0.m3u8", {{"If-None-Match", plain["ETag"]}}).status(), 304);
  auto const again = get("ts.6/i0.m3u8", {{"If-None-Match", zipped["ETag"]}, {"Accept-Encoding", "gzip"}});
  EXPECT_EQ(again.status(), 304);
  EXPECT_EQ(again["Vary"], "Accept-Encoding");
  auto const asked = head("ts.6/i0.m3u8");
  EXPECT_EQ(asked["Content-Length"], std::to_string(plain.body.size()));
  EXPECT_EQ(asked["ETag"], plain["ETag"]);
  EXPECT_FALSE(verified("ts.6/v0/0.ts").head.has("Content-Encoding"));
  EXPECT_FALSE(get("ts.6/v0/0.ts", {{"Accept-Encoding", "gzip"}}).head.has("Content-Encoding")) << "no gain";
}

TEST_F(Hls, TheTokenIsCarriedIntoEveryAddress) {
  serve({{"API_TOKEN", "se/cret"}});
  EXPECT_EQ(get("master.m3u8").status(), 401);
  EXPECT_EQ(get("ts.6/v0/0.ts").status(), 401);
  auto const master = get("master.m3u8?token=se%2Fcret");
  ASSERT_EQ(master.status(), 200) << master.body;
  auto const playlists = addresses(master.body);
  ASSERT_EQ(playlists.size(), 5U);
  for (auto const& name : playlists) {
    EXPECT_THAT(name, ContainsRegex("\\?token=[0-9a-f]+$"));
    auto const playlist = get(name);
    ASSERT_EQ(playlist.status(), 200) << name << playlist.body;
    for (auto const& address : addresses(playlist.body)) EXPECT_THAT(address, ContainsRegex("\\?token=[0-9a-f]+$"));
    EXPECT_EQ(get("ts.6/" + addresses(playlist.body).front()).status(), 200);
  }
  EXPECT_THAT(master.body, Not(HasSubstr("cret"))) << "it shows in screens and logs";
}

// A player asks on for what comes next.
TEST_F(Hls, WhatWasRemovedIsNotAddedBySegments) {
  serve();
  ASSERT_EQ(get("ts.6/v0/0.ts").status(), 200);
  auto const key = swarm_->torrent().key;
  ASSERT_EQ(server_->remove("/api/torrents/" + key).status(), 200);
  for (auto const* target : {"ts.6/v0/1.ts", "ts.6/v0.m3u8"}) expect_failure(get(target), 410, "removed");
  auto const facts = "/api/torrents/" + key + "/hls/" + std::to_string(swarm_->torrent().file_index("film.mkv"));
  expect_failure(server_->get(facts), 410, "removed");
  expect_failure(server_->get("/api/torrents/" + key), 404, "unknown_torrent");
}

TEST_F(Hls, WhatTheFilmHasNotIs404) {
  serve();
  ASSERT_EQ(get("master.m3u8").status(), 200);
  for (auto const* target :
       {"ts.6/v1.m3u8",  "ts.6/v0-a3.m3u8", "ts.6/a0.m3u8",  "ts.6/v00.m3u8",    "ts.6/v0",      "ts.6/.m3u8",
        "ts.0/v0.m3u8",  "ts/v0.m3u8",      "mkv.1/v0.m3u8", "ts.6/s1.m3u8",     "ts.6/x0.m3u8", "ts.6/i0h264.m3u8",
        "ts.6/v0/50.ts", "ts.6/v0/00.ts",   "ts.6/v0/0.m4s", "ts.6/v0/init.mp4", "ts.6/v0/",     "ts.6/v0/-1.ts",
        "ts.6/v9/0.ts",  "ts.1/v0/0.ts",    "ts.6/x2/0.vtt", "fmp4.6/a1/0.aac",  "other.m3u8"})
    EXPECT_EQ(get(target).status(), 404) << target;
  expect_failure(get("ts.6/v1.m3u8"), 404, "not_found");
  expect_failure(get("master.m3u8?client=toaster"), 400, "bad_request");
  expect_failure(get("master.m3u8?container=avi"), 400, "bad_request");
  auto const& torrent = swarm_->torrent();
  expect_failure(server_->get("/hls/" + torrent.key + "/99/master.m3u8"), 404, "unknown_file");
  auto const text = std::to_string(torrent.file_index("read me.txt"));
  expect_failure(server_->get("/hls/" + torrent.key + "/" + text + "/master.m3u8"), 422, "damaged");
}

TEST_F(Hls, ADeadSwarmIsToldInTime) {
  serve({{"FIRST_BYTE_WAIT", "1500"}, {"TORRENT_KEEP", "false"}});
  ASSERT_EQ(get("ts.6/v0.m3u8").status(), 200);
  (*swarm_)[0].stall();
  // Behind all that a reader which has just begun wants.
  auto const* const far = "ts.6/v0/4.ts";
  auto const before = std::chrono::steady_clock::now();
  auto const got = get(far);
  auto const took = std::chrono::steady_clock::now() - before;
  expect_failure(got, 504, "read_timeout");
  EXPECT_GE(std::atoi(got["Retry-After"].c_str()), 1);
  EXPECT_EQ(got["Access-Control-Allow-Origin"], "*") << "a page has to be able to read why";
  EXPECT_GT(took, 1400ms);
  EXPECT_LT(took, 6s);
  // Whoever comes again when the swarm lives is served.
  (*swarm_)[0].resume();
  ASSERT_TRUE(eventually([&] { return get(far).status() == 200; }, 30s));
}

TEST_F(Hls, WhoLeavesIsNotWaitedFor) {
  serve({{"FIRST_BYTE_WAIT", "60000"}, {"TORRENT_KEEP", "false"}});
  ASSERT_EQ(get("ts.6/v0.m3u8").status(), 200);
  (*swarm_)[0].stall();
  support::http::Connection client(server_->at());
  client.send({.target = base_ + "ts.6/v0/4.ts"});
  // Its own connection is the other one.
  ASSERT_TRUE(eventually([&] { return at(server_->get("/status").body, "$.data.http.connections") == "2"; }));
  client.reset();
  // Requests are logged when they are over: not after a minute.
  EXPECT_TRUE(server_->child().wait_for_error_line("GET /hls/.*/v0/4\\.ts\"", 5s)) << server_->child().err();
  // And its work keeps nobody else from his.
  (*swarm_)[0].resume();
  EXPECT_EQ(get("ts.6/v0/4.ts").status(), 200);
}

}  // namespace
