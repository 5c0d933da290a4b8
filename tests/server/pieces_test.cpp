// SPDX-License-Identifier: LGPL-2.1-or-later
// The map of pieces that the real program draws.
#include "have.hpp"
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"

namespace {

using namespace std::chrono_literals;
using support::eventually;
using support::KiB;
using support::MiB;
using support::http::Connection;

TEST(Pieces, TellWhatIsHereAndWhoReads) {
  support::Swarm swarm(support::make_torrent("film.mkv", 5 * MiB + 1, 512 * KiB), 1, {.upload_limit = 300 * 1000});
  Running server(Environment{{"TORRENT_KEEP", "false"}});
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  auto const target = "/api/torrents/" + swarm.torrent().key + "/pieces";
  auto body = server.get(target).body;
  EXPECT_EQ(at(body, "$.data.infoHash"), '"' + swarm.torrent().key + '"');
  EXPECT_EQ(at(body, "$.data.pieceLength"), std::to_string(512 * KiB));
  EXPECT_EQ(at(body, "$.data.count"), "11");
  EXPECT_EQ(have(body), "0000000000000000") << "in whole bytes";
  EXPECT_EQ(at(body, "$.data.readers"), "[]");

  Connection viewer(server.at());
  viewer.send({.target = "/stream/proxy/" + swarm.torrent().key, .fields = {{"Range", "bytes=1048576-2097151"}}});
  ASSERT_TRUE(eventually([&] { return at(server.get(target).body, "$.data.readers[0].window") == "[2,3]"; }))
      << server.get(target).body;
  EXPECT_EQ(at(server.get(target).body, "$.data.readers[0].fileIndex"), "0");
  EXPECT_EQ(at(server.get(target).body, "$.data.readers[0].piece"), "2");
  EXPECT_EQ(viewer.read_response().body.size(), std::size_t(MiB));
  body = server.get(target).body;
  EXPECT_EQ(have(body), "0011000000000000");
  ASSERT_TRUE(eventually([&] { return at(server.get(target).body, "$.data.readers") == "[]"; }));

  ASSERT_EQ(server.get("/stream/proxy/" + swarm.torrent().key, {{"Range", "bytes=-1"}}).body.size(), 1u);
  EXPECT_EQ(have(server.get(target).body), "0011000000100000");
}

TEST(Pieces, OfATorrentNobodyKnows) {
  Running server;
  expect_failure(server.get("/api/torrents/" + std::string(40, 'a') + "/pieces"), 404, "unknown_torrent");
  expect_failure(server.get("/api/torrents/xyz/pieces"), 400, "bad_info_hash");
  ASSERT_EQ(server.post("/api/torrents?wait=0", "{\"infoHash\":\"" + std::string(40, 'a') + "\"}").status(), 202);
  auto const body = server.get("/api/torrents/" + std::string(40, 'a') + "/pieces").body;
  EXPECT_EQ(at(body, "$.data.count"), "0");
  EXPECT_EQ(at(body, "$.data.have"), "\"\"");
}

}  // namespace
