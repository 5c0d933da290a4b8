// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures of films by the real program, from a real swarm.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/media.hpp"
#include "support/swarm.hpp"

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using support::eventually;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;

/// A minute, 22 MB.
support::MadeTorrent films() {
  return support::make_torrent(
      {.files = {support::disk_file("film.mkv", support::media_file({support::Container::mkv, 60, 25, 50, 3000})),
                 support::disk_file("song.mp3", support::media_file(support::Container::mp3)),
                 support::text_file("read me.txt", "Hello.")},
       .name = "films"});
}

class PicturesServed : public testing::Test {
 protected:
  void serve(Environment env = {}) {
    swarm_ = std::make_unique<support::Swarm>(films(), 1);
    server_ = std::make_unique<Running>(std::move(env));
    auto const got = server_->ask({.method = "POST",
                                   .target = "/api/torrents?wait=30",
                                   .fields = {{"Content-Type", "application/json"}, {"Authorization", "Bearer geheim"}},
                                   .body = "{\"magnetUri\":\"" + swarm_->magnet() + "\"}"});
    ASSERT_EQ(got.status(), 200) << got.body;
  }
  std::string of(std::string const& file) {
    return "/api/torrents/" + swarm_->torrent().key + "/pictures/" + std::to_string(swarm_->torrent().file_index(file));
  }
  support::http::Response get(std::string const& query, support::http::Fields fields = {}) {
    return server_->get(of("film.mkv") + query, std::move(fields));
  }
  bool is_here() {
    return eventually([&] { return get("").status() == 200 && get("?at=59").status() == 200; }, 30s);
  }

  std::unique_ptr<support::Swarm> swarm_;
  std::unique_ptr<Running> server_;
};

TEST_F(PicturesServed, AreForEverOnceTheyAreThere) {
  serve();
  ASSERT_TRUE(is_here());
  auto const picture = get("?at=31.5&width=160");
  ASSERT_EQ(picture.status(), 200) << picture.body;
  EXPECT_EQ(picture["Content-Type"], "image/jpeg");
  EXPECT_THAT(picture.body, StartsWith("\xff\xd8\xff"));
  EXPECT_EQ(picture["Cache-Control"], "public, max-age=31536000, immutable");
  EXPECT_THAT(picture["ETag"], ContainsRegex("^\"[^\"]+\"$"));
  // The same key frame, at another time and of another size.
  EXPECT_EQ(get("?at=30.1&width=160")["ETag"], picture["ETag"]);
  EXPECT_NE(get("?at=32.1&width=160")["ETag"], picture["ETag"]);
  EXPECT_NE(get("?at=31.5")["ETag"], picture["ETag"]);
  auto const same = get("?at=31.5&width=160", {{"If-None-Match", picture["ETag"]}});
  EXPECT_EQ(same.status(), 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(server_->ask({.method = "HEAD", .target = of("film.mkv") + "?at=31.5&width=160"})["Content-Length"],
            std::to_string(picture.body.size()));
  EXPECT_THAT(get("")["Cache-Control"], HasSubstr("immutable")) << "all places of a poster are here";
}

TEST_F(PicturesServed, TakeNothingFromViewers) {
  serve({{"TORRENT_KEEP", "false"}});
  // Its index is not here, and nobody fetches it.
  auto const early = get("?at=40");
  expect_failure(early, 503, "not_here");
  EXPECT_GE(std::atoi(early["Retry-After"].c_str()), 1);
  auto const pieces = server_->get("/api/torrents/" + swarm_->torrent().key + "/pieces").body;
  EXPECT_EQ(at(pieces, "$.data.readers"), "[]") << pieces;
  EXPECT_EQ(swarm_->uploaded(), 0);
  // Whoever says that he waits gets it, at the cost of little more than the picture.
  auto const late = get("?at=40&wait=20");
  EXPECT_EQ(late.status(), 200) << late.body;
  EXPECT_LT(swarm_->uploaded(), 6 * support::MiB);
  EXPECT_EQ(get("?at=40").status(), 200);
  expect_failure(get("?at=20"), 503, "not_here");
  (*swarm_)[0].stall();
  auto const before = std::chrono::steady_clock::now();
  EXPECT_THAT(get("?at=10&wait=1").status(), testing::AnyOf(503, 504));
  EXPECT_LT(std::chrono::steady_clock::now() - before, 8s);
}

TEST_F(PicturesServed, WhatIsNoneIsSaidInWords) {
  serve();
  ASSERT_TRUE(is_here());
  auto const sound = server_->get(of("song.mp3") + "?wait=10");
  expect_failure(sound, 404, "no_picture");
  EXPECT_THAT(at(sound.body, "$.message"), HasSubstr("no picture"));
  expect_failure(server_->get(of("read me.txt") + "?wait=10"), 404, "no_picture");
  expect_failure(server_->get("/api/torrents/" + swarm_->torrent().key + "/pictures/99"), 404, "unknown_file");
  expect_failure(server_->get("/api/torrents/" + std::string(40, 'a') + "/pictures/0"), 404, "unknown_torrent");
  for (auto const* query : {"?at=x", "?at=-1", "?at=1e9", "?at=nan", "?at=", "?width=10", "?width=5000", "?width=x"})
    expect_failure(get(query), 400, "bad_request");
}

TEST_F(PicturesServed, TheStreamTokenIsEnough) {
  serve({{"API_TOKEN", "geheim"}});
  EXPECT_EQ(get("?at=1").status(), 401);
  auto const files =
      server_->get("/api/torrents/" + swarm_->torrent().key + "/files", {{"Authorization", "Bearer geheim"}});
  std::string const url = at(files.body, "$.data.files[0].streamUrl");
  auto const token = url.substr(url.find("token="), 70);
  auto const got = get("?wait=20&at=1&" + token.substr(0, token.find('"')));
  EXPECT_EQ(got.status(), 200) << got.body;
  EXPECT_THAT(got["Cache-Control"], StartsWith("private"));
}

}  // namespace
