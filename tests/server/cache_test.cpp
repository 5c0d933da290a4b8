// SPDX-License-Identifier: LGPL-2.1-or-later
// The cache of the real program: what it counts, what it gives up, what it never gives up.
#include "cache/redis_server.hpp"
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

namespace {

using namespace std::chrono_literals;
using support::eventually;
using support::MiB;

constexpr int episodes = 4;
constexpr std::int64_t size = 3 * MiB;

std::uint64_t payload_of(int episode) { return static_cast<std::uint64_t>(episode) + 1; }

/// Last use is known to the second.
std::chrono::system_clock::time_point second_after_now() {
  return std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now());
}

support::MadeTorrent show() {
  support::TorrentSpec spec{.name = "show", .piece_size = 256 * 1024};
  for (int i = 0; i < episodes; ++i)
    spec.files.push_back(support::payload_file("episode " + std::to_string(i) + ".mkv", size, payload_of(i)));
  return support::make_torrent(spec);
}

/// One server, one torrent of several episodes.
class Cache : public testing::TestWithParam<char const*> {
 protected:
  void start(Environment more = {}) {
    std::string const backend = GetParam();
    more.emplace_back("CACHE_BACKEND", backend);
    more.emplace_back("TORRENT_KEEP", "false");
    if (backend == "redis") {
      redis_.emplace();
      more.emplace_back("REDIS_URL", redis_->url());
      more.emplace_back("REDIS_PASSWORD", support::RedisServer::password);
    }
    server_.emplace(more);
    ASSERT_EQ(server_->add(swarm_.magnet()).status(), 200);
  }
  [[nodiscard]] std::string hash() const { return swarm_.torrent().key; }
  void watch(int episode) {
    auto const got = server_->get("/stream/proxy/" + hash() + "?fileIndex=" + std::to_string(episode));
    ASSERT_EQ(got.status(), 200);
    ASSERT_TRUE(support::Payload(payload_of(episode)).matches(0, got.body));
  }
  std::string stat(char const* name) {
    return at(server_->get("/api/cache-stats").body, (std::string("$.data.") + name).c_str());
  }
  std::string clean() { return server_->post("/api/cache-config", "{\"forceCleanup\": true}").body; }
  /// Whether a file is on disk, whole.
  bool has(int episode) {
    auto const path = "$.data.files[" + std::to_string(episode) + "].progress";
    return at(server_->get("/api/torrents/" + hash() + "/files").body, path.c_str()) == "\"100.00\"";
  }

  support::Swarm swarm_{show(), 2};
  std::optional<support::RedisServer> redis_;
  std::optional<Running> server_;
};

TEST_P(Cache, CountsWhatItSays) {
  start();
  EXPECT_EQ(stat("backend"), '"' + std::string(GetParam()) + '"');
  EXPECT_EQ(stat("size"), "0");
  EXPECT_EQ(stat("hitRate"), "\"0.00\"");
  watch(0);
  EXPECT_EQ(stat("misses"), "1");
  EXPECT_EQ(stat("hits"), "0");
  ASSERT_TRUE(eventually([&] { return has(0); }));
  watch(0);
  server_->get("/stream/proxy/" + hash() + "?fileIndex=0", {{"Range", "bytes=1000000-1000100"}});
  EXPECT_EQ(stat("hits"), "1");
  EXPECT_EQ(stat("hitRate"), "\"50.00\"");
  EXPECT_EQ(stat("size"), "1");
  EXPECT_NEAR(std::stod(stat("diskUsage")), 3.3, 0.7);
  auto const health = server_->get("/health").body;
  EXPECT_EQ(at(health, "$.services.cache.backend"), '"' + std::string(GetParam()) + '"');
  EXPECT_EQ(at(health, "$.services.cache.status"), "\"running\"");
}

TEST_P(Cache, GivesUpWhatWasUsedLeastLately) {
  start({{"CACHE_MAX_SIZE", "2"}, {"CACHE_CLEANUP_INTERVAL", "0"}});
  watch(0);
  watch(1);
  std::this_thread::sleep_until(second_after_now());
  watch(0);
  watch(2);
  // The limit holds by itself.
  EXPECT_TRUE(eventually([&] { return !has(1); }));
  EXPECT_TRUE(has(2));
  EXPECT_EQ(stat("size"), "2");
  watch(1);
}

TEST_P(Cache, HoldsItsBytes) {
  start({{"CACHE_MAX_DISK_MB", "7"}, {"CACHE_CLEANUP_INTERVAL", "0"}});
  for (int i = 0; i < episodes; ++i) {
    watch(i);
    ASSERT_TRUE(eventually([&] { return has(i) && std::stod(stat("diskUsage")) <= 7; })) << stat("diskUsage");
  }
  EXPECT_EQ(stat("size"), "2");
  EXPECT_FALSE(has(0));
}

TEST_P(Cache, NeverWhatIsPinned) {
  start({{"CACHE_TTL", "1"}, {"CACHE_CLEANUP_INTERVAL", "0"}});
  watch(0);
  auto const pinned = server_->ask({.method = "PATCH",
                                    .target = "/api/torrents/" + hash(),
                                    .fields = {{"Content-Type", "application/json"}},
                                    .body = "{\"pinned\": true}"});
  EXPECT_EQ(at(pinned.body, "$.data.pinned"), "true") << pinned.body;
  std::this_thread::sleep_until(second_after_now() + 1s);
  EXPECT_EQ(at(clean(), "$.data.cleanedCount"), "0");
  EXPECT_TRUE(has(0));
  server_->ask({.method = "PATCH", .target = "/api/torrents/" + hash(), .fields = {}, .body = "{\"pinned\": false}"});
  auto const cleaned = clean();
  EXPECT_EQ(at(cleaned, "$.data.cleanedCount"), "1") << cleaned;
  EXPECT_EQ(at(cleaned, "$.data.finalSize"), "0");
  EXPECT_EQ(at(cleaned, "$.message"), "\"Cache cleaned successfully\"");
  expect_failure(server_->get("/api/torrents/" + hash()), 404, "unknown_torrent");
  EXPECT_FALSE(std::filesystem::exists(server_->folder().path() / "downloads" / hash()));
}

TEST_P(Cache, PinsOutliveTheServer) {
  start({{"CACHE_TTL", "1"}, {"CACHE_CLEANUP_INTERVAL", "0"}});
  watch(0);
  server_->ask({.method = "PATCH", .target = "/api/torrents/" + hash(), .fields = {}, .body = "{\"pinned\": true}"});
  ASSERT_TRUE(server_->child().stop().ok());
  if (redis_) redis_->stop();
  server_->start();
  EXPECT_EQ(at(server_->get("/api/torrents/" + hash()).body, "$.data.pinned"), "true");
  std::this_thread::sleep_until(second_after_now() + 1s);
  EXPECT_EQ(at(clean(), "$.data.cleanedCount"), "0");
  EXPECT_TRUE(has(0));
}

TEST_P(Cache, LimitsCanBeChanged) {
  start();
  auto const set =
      server_->post("/api/cache-config", R"({"maxSize": 7, "maxDiskMB": 99, "ttl": 0, "cleanupInterval": 60})");
  EXPECT_EQ(at(set.body, "$.data.maxSize"), "7") << set.body;
  auto const got = server_->get("/api/cache-config").body;
  for (auto const& [name, value] : {std::pair{"maxSize", "7"},
                                    {"maxDiskUsage", "99"},
                                    {"ttl", "0"},
                                    {"cleanupInterval", "60"},
                                    {"currentSize", "0"}})
    EXPECT_EQ(at(got, (std::string("$.data.") + name).c_str()), value) << name;
  for (auto const* bad : {"{}", R"({"forceCleanup": false})", R"({"maxSize": 0})", R"({"ttl": -1})",
                          R"({"maxSize": "7"})", R"({"maxDiskMB": 9223372036854775807})", "[]", "7", ""})
    EXPECT_EQ(server_->post("/api/cache-config", bad).status(), 400) << bad;
}

INSTANTIATE_TEST_SUITE_P(Backends, Cache, testing::Values("memory", "sqlite", "redis"),
                         [](auto const& info) { return std::string(info.param); });

TEST(Cleaning, AKeptFileThatIsNotThereHurtsNobody) {
  support::Swarm swarm(support::make_torrent("film.mkv", MiB), 1);
  Running server(Environment{{"CACHE_CLEANUP_INTERVAL", "1"}});
  auto const added = server.post("/api/torrents?wait=0", R"({"fileIndex": 7, "magnetUri": ")" + swarm.magnet() + "\"}");
  EXPECT_LT(added.status(), 500) << added.body;
  ASSERT_EQ(server.get("/stream/proxy/" + swarm.torrent().key).status(), 200);
  EXPECT_EQ(at(server.post("/api/cache-config", "{\"forceCleanup\": true}").body, "$.data.cleanedCount"), "0");
  EXPECT_EQ(server.get("/health").status(), 200);
}

TEST(Cleaning, WhatIsWatchedRightAfterAStartIsCounted) {
  support::Swarm swarm(support::make_torrent("film.mkv", 8 * MiB), 1);
  Running server;
  auto const film = "/stream/proxy/" + swarm.torrent().key;
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  ASSERT_EQ(server.get(film).status(), 200);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(server.child().stop().ok());
    server.start();
    ASSERT_EQ(server.get(film, {{"Range", "bytes=0-9"}}).status(), 206);
    auto const usage = [&] { return std::stod(at(server.get("/api/cache-stats").body, "$.data.diskUsage")); };
    EXPECT_TRUE(eventually([&] { return usage() > 8; })) << usage();
  }
}

TEST(Shutdown, ARedisThatAnswersNothingIsNotWaitedFor) {
  support::RedisServer redis;
  Running server(Environment{
      {"CACHE_BACKEND", "redis"}, {"REDIS_URL", redis.url()}, {"REDIS_PASSWORD", support::RedisServer::password}});
  ASSERT_TRUE(eventually([&] { return at(server.get("/health").body, "$.services.cache.status") == "\"running\""; }));
  redis.freeze();
  EXPECT_TRUE(server.child().stop().ok()) << server.child().err();
  redis.thaw();
}

TEST(Shutdown, WithoutPersistenceOnlyPinnedFilesStay) {
  support::Swarm one(support::make_torrent("one.mkv", MiB), 1),
      two(support::make_torrent("two.mkv", MiB, 256 * 1024, 2), 1);
  Running server(Environment{{"CACHE_PERSISTENT", "false"}, {"CACHE_BACKEND", "sqlite"}});
  for (auto const* swarm : {&one, &two}) {
    ASSERT_EQ(server.add(swarm->magnet()).status(), 200);
    ASSERT_EQ(server.get("/stream/proxy/" + swarm->torrent().key).status(), 200);
  }
  server.ask(
      {.method = "PATCH", .target = "/api/torrents/" + two.torrent().key, .fields = {}, .body = "{\"pinned\": true}"});
  EXPECT_TRUE(server.child().stop().ok());
  auto const downloads = server.folder().path() / "downloads";
  EXPECT_FALSE(std::filesystem::exists(downloads / one.torrent().key));
  EXPECT_TRUE(std::filesystem::exists(downloads / two.torrent().key));
}

}  // namespace
