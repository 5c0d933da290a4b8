// SPDX-License-Identifier: LGPL-2.1-or-later
// What somebody has paused stays so until somebody says otherwise; what waits for its turn is another thing.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"

namespace {

using support::eventually;
using support::KiB;
using support::MiB;

constexpr int slow = 20 * 1000;  // bytes/s

support::MadeTorrent film(char const* name, std::uint64_t payload) {
  return support::make_torrent(name, 8 * MiB, 32 * KiB, payload);
}

class Pauses : public testing::Test {
 protected:
  void start(Environment environment = {}) { server_.emplace(std::move(environment)); }
  void restart() {
    ASSERT_TRUE(server_->child().stop().ok());
    server_->start();
  }
  std::string shown(std::string const& key, char const* field) {
    return at(server_->get("/api/torrents/" + key).body, (std::string("$.data.") + field).c_str());
  }
  /// The answer.
  std::string change(std::string const& key, char const* body) {
    return server_->ask({.method = "PATCH", .target = "/api/torrents/" + key, .fields = {}, .body = body}).body;
  }
  void expect_paused(std::string const& key) {
    EXPECT_EQ(shown(key, "paused"), "true");
    EXPECT_EQ(shown(key, "status"), "\"paused\"");
  }

  std::optional<Running> server_;
};

TEST_F(Pauses, OutliveTheServer) {
  support::Swarm swarm(film("film.mkv", 1), 1, {.upload_limit = slow});
  start();
  auto const& key = swarm.torrent().key;
  ASSERT_EQ(server_->add(swarm.magnet()).status(), 200);
  EXPECT_EQ(at(change(key, R"({"paused": true})"), "$.data.paused"), "true");
  restart();
  expect_paused(key);
  EXPECT_EQ(at(change(key, R"({"paused": false})"), "$.data.paused"), "false");
  EXPECT_TRUE(eventually([&] { return shown(key, "status") == "\"downloading\""; }));
  change(key, R"({"paused": true})");
  server_->get("/stream/proxy/" + key, {{"Range", "bytes=0-99"}});
  EXPECT_EQ(shown(key, "paused"), "false") << "who watches needs it";
  restart();
  EXPECT_EQ(shown(key, "paused"), "false");
}

TEST_F(Pauses, OutliveTheServerBeforeTheMetadata) {
  auto const key = film("film.mkv", 1).key;
  start();
  ASSERT_EQ(server_->post("/api/torrents?wait=0", "{\"infoHash\": \"" + key + "\"}").status(), 202);
  change(key, R"({"paused": true})");
  restart();
  expect_paused(key);
}

TEST_F(Pauses, AreShownOfWhatIsComplete) {
  support::Swarm swarm(support::make_torrent("film.mkv", 600 * KiB), 1);
  start();
  auto const& key = swarm.torrent().key;
  ASSERT_EQ(server_->add(swarm.magnet()).status(), 200);
  ASSERT_TRUE(eventually([&] { return shown(key, "status") == "\"complete\""; }));
  EXPECT_EQ(at(change(key, R"({"paused": true})"), "$.data.paused"), "true");
  EXPECT_EQ(shown(key, "paused"), "true");
  EXPECT_EQ(shown(key, "status"), "\"complete\"");
  EXPECT_EQ(at(change(key, R"({"paused": false})"), "$.data.paused"), "false");
}

TEST_F(Pauses, HoldWhoeverWaitsForItsTurn) {
  support::Swarm patient(film("patient.mkv", 1), 1, {.upload_limit = slow}),
      paused(film("paused.mkv", 2), 1, {.upload_limit = slow}),
      active(film("active.mkv", 3), 1, {.upload_limit = slow});
  start({{"TORRENT_MAX_ACTIVE", "1"}});
  for (auto const* swarm : {&patient, &paused, &active}) ASSERT_EQ(server_->add(swarm->magnet()).status(), 200);
  auto const waits = [&](support::Swarm const& swarm) { return shown(swarm.torrent().key, "waiting") == "true"; };
  ASSERT_TRUE(eventually([&] { return waits(patient) && waits(paused) && !waits(active); }));
  EXPECT_EQ(shown(patient.torrent().key, "paused"), "false");
  EXPECT_EQ(shown(patient.torrent().key, "status"), "\"connecting\"");
  EXPECT_EQ(at(change(patient.torrent().key, R"({"paused": false})"), "$.data.waiting"), "true") << "as the others";

  auto const& key = paused.torrent().key;
  EXPECT_EQ(at(change(key, R"({"paused": true})"), "$.data.waiting"), "false");
  EXPECT_EQ(at(change(key, R"({"paused": false})"), "$.data.waiting"), "true");
  change(key, R"({"paused": true})");  // else it would be the next: it was used last
  ASSERT_EQ(server_->remove("/api/torrents/" + active.torrent().key).status(), 200);
  EXPECT_TRUE(eventually([&] { return !waits(patient); }));
  expect_paused(key);
}

}  // namespace
