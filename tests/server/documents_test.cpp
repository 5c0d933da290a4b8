// SPDX-License-Identifier: LGPL-2.1-or-later
// The client of the documents that this server's contract comes from: their commands as they stand there, but for the
// port and the torrent, against each cache.
#include "cache/redis_server.hpp"
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"

#include <gmock/gmock.h>

#include <regex>

namespace {

using namespace std::chrono_literals;
using support::MiB;
using testing::HasSubstr;
using testing::MatchesRegex;

/// The torrents of the documents' examples.
constexpr char const* examples =
    "dd8255ecdc7ca55fb0bbf81323d87062db1f6d1c|453475aec9bb4de3423649db8aa3cd2312538ca7|HASH";

class Documents : public testing::TestWithParam<char const*> {
 protected:
  void SetUp() override {
    std::string const backend = GetParam();
    // As in the .env of the documents.
    Environment environment{{"CACHE_BACKEND", backend},        {"CACHE_TTL", "3600"},
                            {"CACHE_MAX_SIZE", "1000"},        {"CACHE_MAX_DISK_MB", "5000"},
                            {"CACHE_CLEANUP_INTERVAL", "300"}, {"TORRENT_TIMEOUT", "60000"},
                            {"TORRENT_MAX_RETRIES", "3"},      {"TORRENT_MAX_CONNECTIONS", "25"},
                            {"TORRENT_DOWNLOAD_LIMIT", "0"},   {"TORRENT_UPLOAD_LIMIT", "0"},
                            {"NODE_ENV", "production"},        {"TORRENT_CLEANUP_INTERVAL", "1800000"}};
    if (backend == "redis") {
      redis_.emplace();
      environment.emplace_back("REDIS_URL", redis_->url());
      environment.emplace_back("REDIS_PASSWORD", support::RedisServer::password);
    }
    server_.emplace(environment);
    // A magnet with a hash alone finds no peer without trackers and DHT: it is told of one here.
    ASSERT_EQ(server_->add(swarm_.magnet()).status(), 200);
  }

  /// Runs a line of the documents in a shell.
  std::string run(std::string line) {
    line = std::regex_replace(line, std::regex("localhost:7000"), server_->at().str());
    line = std::regex_replace(line, std::regex(examples), swarm_.torrent().key);
    auto const ran = support::run({"sh", "-c", line});
    EXPECT_TRUE(ran.ok()) << line << "\n" << ran.err;
    return ran.out;
  }

  support::Swarm swarm_{support::make_torrent("movie.mp4", 2 * MiB), 1};
  std::optional<support::RedisServer> redis_;
  std::optional<Running> server_;
};

TEST_P(Documents, FirstTorrent) {
  auto const added = run(R"(curl -X POST http://localhost:7000/api/torrents \
  -H "Content-Type: application/json" \
  -d '{"magnetUri": "magnet:?xt=urn:btih:dd8255ecdc7ca55fb0bbf81323d87062db1f6d1c"}')");
  EXPECT_EQ(at(added, "$.success"), "true") << added;
  EXPECT_EQ(at(added, "$.data.infoHash"), '"' + swarm_.torrent().key + '"');
  EXPECT_EQ(at(added, "$.data.name"), "\"movie.mp4\"");
  EXPECT_THAT(at(added, "$.data.cached"), MatchesRegex("true|false"));
  EXPECT_EQ(at(added, "$.data.files[0].name"), "\"movie.mp4\"");
  EXPECT_EQ(at(added, "$.data.files[0].path"), "\"movie.mp4\"");
  EXPECT_EQ(at(added, "$.data.files[0].length"), "2097152");
  EXPECT_THAT(at(added, "$.data.message"), MatchesRegex("\"Torrent (added successfully|found in cache)\""));

  auto const head = run("curl -I http://localhost:7000/stream/proxy/dd8255ecdc7ca55fb0bbf81323d87062db1f6d1c");
  for (auto const* line : {"HTTP/1.1 200 OK\r\n", "\r\nContent-Type: video/mp4\r\n", "\r\nContent-Length: 2097152\r\n",
                           "\r\nAccept-Ranges: bytes\r\n", "\r\nCache-Control: public, max-age=3600\r\n",
                           "\r\nAccess-Control-Allow-Origin: *\r\n"})
    EXPECT_THAT(head, HasSubstr(line));
}

TEST_P(Documents, CurlCommands) {
  auto const status = run("curl http://localhost:7000/api/torrents/dd8255ecdc7ca55fb0bbf81323d87062db1f6d1c");
  EXPECT_EQ(at(status, "$.success"), "true") << status;
  EXPECT_THAT(at(status, "$.data.status"), MatchesRegex("\"(connecting|connected|downloading|complete)\""));
  EXPECT_THAT(at(status, "$.data.progress"), MatchesRegex("\"[0-9]+\\.[0-9][0-9]\""));
  for (auto const* number : {"downloadSpeed", "uploadSpeed", "downloaded", "uploaded", "numPeers"})
    EXPECT_THAT(at(status, ("$.data." + std::string(number)).c_str()), MatchesRegex("[0-9]+")) << number;
  EXPECT_THAT(at(status, "$.data.timeRemaining"), MatchesRegex("[0-9]+|null"));

  auto const range = run(R"(curl -H "Range: bytes=0-1023" \
  http://localhost:7000/stream/proxy/dd8255ecdc7ca55fb0bbf81323d87062db1f6d1c)");
  EXPECT_EQ(range.size(), 1024u);
  EXPECT_TRUE(support::Payload(1).matches(0, range));
  EXPECT_EQ(run(R"(curl -H "Range: bytes=0-1000000" \
  http://localhost:7000/stream/proxy/453475aec9bb4de3423649db8aa3cd2312538ca7)")
                .size(),
            1000001u);
  EXPECT_THAT(run(R"(curl -s -D - -o /dev/null -H "Range: bytes=0-1023" http://localhost:7000/stream/proxy/HASH)"),
              testing::AllOf(HasSubstr("HTTP/1.1 206 Partial Content\r\n"),
                             HasSubstr("\r\nContent-Range: bytes 0-1023/2097152\r\n"),
                             HasSubstr("\r\nContent-Length: 1024"), HasSubstr("\r\nAccept-Ranges: bytes\r\n")));
  EXPECT_THAT(run("curl -I http://localhost:7000/stream/proxy/HASH"), HasSubstr("Accept-Ranges: bytes"));

  auto const stats = run("curl http://localhost:7000/api/cache-stats");
  std::string const backend = GetParam();
  EXPECT_EQ(at(stats, "$.data.backend"), '"' + backend + '"');
  EXPECT_EQ(at(stats, "$.data.maxSize"), "1000");
  EXPECT_EQ(at(stats, "$.data.maxDiskUsage"), "5000");
  EXPECT_EQ(at(stats, "$.data.cleanupInterval"), "300");
  EXPECT_THAT(at(stats, "$.data.diskUsagePercent"), MatchesRegex("\"[0-9]+\\.[0-9][0-9]\""));
  EXPECT_EQ(at(stats, "$.data.scalingInfo"),
            "{\"backend\":\"" + backend + "\",\"isScalable\":" + (backend == "redis" ? "true" : "false") +
                ",\"supportsPersistence\":" + (backend == "memory" ? "false" : "true") +
                ",\"recommendedForProduction\":" + (backend == "memory" ? "false" : "true") + "}");

  auto const health = run("curl http://localhost:7000/health");
  EXPECT_EQ(at(health, "$.status"), "\"healthy\"");
  EXPECT_EQ(at(health, "$.services.torrent.activeTorrents"), "1");
  EXPECT_EQ(at(health, "$.services.cache.backend"), '"' + backend + '"');
  EXPECT_THAT(at(health, "$.services.cache.diskUsage"), MatchesRegex("\"[0-9]+\\.[0-9][0-9]%\""));
  EXPECT_EQ(at(health, "$.config.timeout"), "60000");
  EXPECT_EQ(at(health, "$.config.maxRetries"), "3");
  EXPECT_EQ(at(health, "$.config.cacheBackend"), '"' + backend + '"');
  EXPECT_EQ(at(run("curl http://localhost:7000/status"), "$.success"), "true");
}

TEST_P(Documents, OtherEndpoints) {
  auto const& key = swarm_.torrent().key;
  ASSERT_EQ(run("curl -s http://localhost:7000/stream/proxy/HASH?fileIndex=0").size(), std::size_t(2 * MiB));
  auto const files = run("curl http://localhost:7000/api/torrents/HASH/files");
  EXPECT_EQ(at(files, "$.data.count"), "1");
  EXPECT_EQ(at(files, "$.data.files[0].index"), "0");
  EXPECT_EQ(at(files, "$.data.files[0].downloaded"), "2097152");
  EXPECT_EQ(at(files, "$.data.files[0].progress"), "\"100.00\"");
  auto const list = run("curl http://localhost:7000/api/torrents");
  EXPECT_EQ(at(list, "$.data.total"), "1");
  EXPECT_EQ(at(list, "$.data.torrents[0].progress"), "\"100.00\"");
  EXPECT_EQ(at(list, "$.data.dht.enabled"), "false");
  EXPECT_THAT(run("curl -s -D - http://localhost:7000/stream/file/HASH/0"),
              HasSubstr("\r\nLocation: /stream/proxy/" + key + "?fileIndex=0\r\n"));
  auto const info = run("curl http://localhost:7000/stream/info/HASH");
  EXPECT_EQ(at(info, "$.data.totalFiles"), "1");
  EXPECT_EQ(at(info, "$.data.videoFiles"), "1");
  EXPECT_EQ(at(info, "$.data.files[0].streamUrl"), "\"/stream/file/" + key + "/0\"");
  EXPECT_EQ(at(info, "$.data.files[0].isVideo"), "true");
  for (auto const* page : {"", "/test-torrent-streaming", "/docs"})
    EXPECT_THAT(
        run("curl -sL -o /dev/null -w '%{http_code} %{content_type}' http://localhost:7000" + std::string(page)),
        testing::StartsWith("200 text/html"))
        << page;
  auto const config = run("curl http://localhost:7000/api/cache-config");
  EXPECT_EQ(at(config, "$.data.ttl"), "3600");
  EXPECT_EQ(at(config, "$.data.maxDiskUsage"), "5000");

  // -d makes a form of it, as the document has it.
  auto const cleaned = run("curl -X POST http://localhost:7000/api/cache-config -d '{\"forceCleanup\":true}'");
  EXPECT_EQ(at(cleaned, "$.success"), "true") << cleaned;
  for (auto const* number : {"cleanedCount", "freedSpaceMB", "finalSize", "finalDiskUsage"})
    EXPECT_THAT(at(cleaned, ("$.data." + std::string(number)).c_str()), MatchesRegex("[0-9.]+")) << number;

  auto const removed = run("curl -X DELETE 'http://localhost:7000/api/torrents/HASH?deleteFiles=true'");
  EXPECT_EQ(at(removed, "$.message"), "\"Torrent removed successfully\"");
  EXPECT_EQ(at(removed, "$.data.deletedFiles"), "true");
}

TEST_P(Documents, TheHealthCheckOfTheDockerfile) {
  if (support::find_program("node").empty()) GTEST_SKIP() << "there is no node";
  run(R"sh(node -e "require('http').get('http://localhost:7000/health', (r) => process.exit(r.statusCode === 200 ? 0 : 1))")sh");
}

INSTANTIATE_TEST_SUITE_P(Backends, Documents, testing::Values("memory", "sqlite", "redis"),
                         [](auto const& info) { return std::string(info.param); });

}  // namespace
