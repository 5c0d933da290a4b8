// SPDX-License-Identifier: LGPL-2.1-or-later
// Files that somebody put into a folder: the real program, and nobody else.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/media.hpp"
#include "support/swarm.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <thread>

namespace {

using namespace std::chrono_literals;
using support::eventually;
using support::KiB;
using support::MiB;
using testing::HasSubstr;
using testing::Not;

std::string const hash = "abcd1234abcd1234abcd1234abcd1234abcd1234";
constexpr std::int64_t size = 2 * MiB;

std::string capitals(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), g_ascii_toupper);
  return text;
}

class Populated : public testing::Test {
 protected:
  void start(Environment const& more = {}) {
    Environment all{{"CACHE_POPULATE", folder_.str()}, {"FIRST_BYTE_WAIT", "1500"}};
    all.insert(all.end(), more.begin(), more.end());
    server_.emplace(std::move(all));
  }
  std::string stat(char const* name) {
    return at(server_->get("/api/cache-stats").body, (std::string("$.data.") + name).c_str());
  }
  [[nodiscard]] std::string downloads(std::string const& name) const {
    return (server_->folder().path() / "downloads" / name).string();
  }
  support::TempDir folder_{"films"};
  std::optional<Running> server_;
};

// The document's own example: a file is put there, and asked for at once.
TEST_F(Populated, AFileIsServedAtOnce) {
  start();
  support::write_file(downloads(hash + "-test.mp4"), std::string(size, '\0'));
  auto const head = server_->ask({.method = "HEAD", .target = "/stream/proxy/" + hash, .fields = {}, .body = {}});
  EXPECT_EQ(head.status(), 200);
  EXPECT_EQ(head["Content-Length"], "2097152");
  EXPECT_EQ(head["Content-Type"], "video/mp4");
  EXPECT_TRUE(server_->child().wait_for_error_line("Using cached file for " + hash + " - no P2P needed"));
  EXPECT_EQ(at(server_->get("/status").body, "$.data.session.torrents"), "0") << "nothing is added to the swarm";
  auto const list = server_->get("/api/torrents").body;
  EXPECT_EQ(at(list, "$.data.total"), "1") << list;
  EXPECT_EQ(at(list, "$.data.torrents[0].infoHash"), '"' + hash + '"');
  EXPECT_EQ(at(list, "$.data.torrents[0].name"), '"' + hash + "-test.mp4\"");
  EXPECT_EQ(at(list, "$.data.torrents[0].status"), "\"complete\"");
  EXPECT_EQ(stat("hits"), "0");
  server_->get("/stream/proxy/" + hash);
  EXPECT_EQ(stat("hits"), "1");
  EXPECT_EQ(stat("misses"), "0");
}

TEST_F(Populated, ByEveryNameAndInAllRanges) {
  support::Payload(3).write(folder_.path() / ("[x] " + capitals(hash) + " film.MKV"), size);
  start({{"P2P", "off"}});
  auto const got = server_->get("/stream/proxy/" + hash);
  ASSERT_EQ(got.status(), 200) << got.body;
  EXPECT_TRUE(support::Payload(3).matches(0, got.body));
  EXPECT_THAT(got["ETag"], HasSubstr("unverified"));
  EXPECT_EQ(got["Cache-Control"], "no-cache");
  auto const begin = std::chrono::steady_clock::now();
  auto const part =
      server_->get("/stream/proxy/" + capitals(hash) + "?fileIndex=0", {{"Range", "bytes=1000000-1000009"}});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s) << "100 ms, on a machine with time for it";
  EXPECT_EQ(part.status(), 206);
  EXPECT_EQ(part["Content-Range"], "bytes 1000000-1000009/2097152");
  EXPECT_TRUE(support::Payload(3).matches(1'000'000, part.body));
  auto const two = server_->get("/stream/proxy/" + hash, {{"Range", "bytes=0-9,100-109"}});
  EXPECT_EQ(support::http::parts(two).size(), 2u);
  EXPECT_EQ(server_->get("/stream/proxy/" + hash, {{"If-None-Match", got["ETag"]}}).status(), 304);
  expect_failure(server_->get("/stream/proxy/" + hash + "?fileIndex=1"), 503, "p2p_off");

  auto const info = server_->get("/stream/info/" + hash);
  EXPECT_EQ(at(info.body, "$.data.cached"), "true") << info.body;
  EXPECT_EQ(at(info.body, "$.data.files[0].length"), std::to_string(size));
  EXPECT_EQ(at(server_->get("/api/torrents/" + hash + "/files").body, "$.data.files[0].progress"), "\"100.00\"");
  EXPECT_THAT(server_->get("/playlist/" + hash + ".m3u").body, HasSubstr("/stream/proxy/" + hash + "?fileIndex=0"));
  EXPECT_THAT(server_->get("/playlist/all.m3u").body, HasSubstr("/stream/proxy/" + hash));
  auto const added = server_->post("/api/torrents", R"({"infoHash": ")" + hash + "\"}");
  EXPECT_EQ(at(added.body, "$.data.cached"), "true") << added.body;
  EXPECT_EQ(stat("populated.files"), "1");
  expect_failure(server_->remove("/api/torrents/" + hash + "?deleteFiles=true"), 409, "in_use");
}

TEST_F(Populated, NeverAnythingElse) {
  auto const real = folder_.path() / "elsewhere" / "secret.mp4";
  support::write_file(real, std::string(size, 's'));
  std::string const name[] = {std::string(39, 'a') + "1", std::string(39, 'a') + "2", std::string(39, 'a') + "3",
                              std::string(39, 'a') + "4", std::string(39, 'a') + "5", std::string(39, 'a') + "6",
                              std::string(39, 'a') + "7"};
  std::filesystem::create_symlink(real, folder_.path() / (name[0] + ".mp4"));
  ASSERT_EQ(mkfifo((folder_ / (name[1] + ".mp4")).c_str(), 0644), 0);
  std::filesystem::create_directory(folder_.path() / (name[2] + ".mp4"));
  support::write_file(folder_.path() / (name[3] + ".mp4"), std::string(999'999, 'x'));
  support::write_file(folder_.path() / (name[4] + ".txt"), std::string(size, 'x'));
  support::write_file(folder_.path() / ("0" + name[5] + ".mp4"), std::string(size, 'x'));
  support::write_file(folder_.path() / "sub" / (name[6] + ".mp4"), std::string(size, 'x'));
  support::write_file(folder_.path() / "film.mp4", std::string(size, 'x'));
  start({{"P2P", "off"}});
  for (auto const& each : name) expect_failure(server_->get("/stream/proxy/" + each), 503, "p2p_off");
  EXPECT_EQ(stat("populated.files"), "0");
}

// What is being copied comes to an end some time; what is half there is not served.
TEST_F(Populated, WhatIsStillWrittenIsNotServed) {
  start({{"P2P", "off"}});
  auto const path = folder_ / (hash + ".mp4");
  support::write_file(path, std::string(size, 'x'));
  std::atomic<bool> over = false;
  std::thread writer([&] {
    while (!over) {
      std::ofstream(path, std::ios::app) << "more";
      std::this_thread::sleep_for(50ms);  // a slow copy
    }
  });
  expect_failure(server_->get("/stream/proxy/" + hash), 503, "p2p_off");
  over = true;
  writer.join();
  EXPECT_EQ(server_->get("/stream/proxy/" + hash).status(), 200);
  std::filesystem::remove(path);
  expect_failure(server_->get("/stream/proxy/" + hash), 503, "p2p_off");
}

TEST_F(Populated, NothingOfThemIsEverDeleted) {
  start({{"CACHE_TTL", "1"}, {"CACHE_MAX_SIZE", "1"}, {"CACHE_PERSISTENT", "false"}});
  support::Payload().write(downloads(hash + ".mp4"), size);
  support::Payload().write(folder_.path() / (std::string(40, 'b') + ".mp4"), size);
  EXPECT_EQ(server_->get("/stream/proxy/" + hash).status(), 200);
  EXPECT_EQ(server_->get("/stream/proxy/" + std::string(40, 'b')).status(), 200);
  server_->post("/api/cache-config", "{\"forceCleanup\": true}");
  EXPECT_EQ(stat("size"), "0");
  expect_failure(server_->remove("/api/torrents/" + std::string(40, 'c')), 404, "unknown_torrent");
  EXPECT_TRUE(server_->child().stop().ok());
  EXPECT_TRUE(std::filesystem::exists(downloads(hash + ".mp4")));
  EXPECT_TRUE(std::filesystem::exists(folder_ / (std::string(40, 'b') + ".mp4")));
}

// Whoever gives the .torrent wants it verified, not fetched.
TEST_F(Populated, WhatIsThereIsNotFetched) {
  support::Swarm swarm(support::make_torrent({.files = {support::payload_file("film.mkv", size, 1)}}), 1);
  auto const& torrent = swarm.torrent();
  support::Payload(1).write(folder_.path() / (torrent.key + ".mkv"), size);
  start();
  ASSERT_EQ(server_->get("/stream/proxy/" + torrent.key).status(), 200) << "it is whole by now";
  auto const add = [&] {
    auto const magnet = swarm.magnet();
    return server_->post("/api/torrents?wait=1", "{\"magnetUri\":\"" + magnet + "\"}").body;
  };
  auto const first = server_->post("/api/torrents?wait=1", {torrent.metainfo.begin(), torrent.metainfo.end()},
                                   "application/x-bittorrent");
  EXPECT_EQ(at(first.body, "$.data.cached"), "true") << first.body;
  ASSERT_TRUE(eventually([&] { return stat("populated.verified") == "1"; }, 20s));
  EXPECT_EQ(at(add(), "$.data.cached"), "true");
  for (auto const& [target, data] : {std::pair("/api/torrents/" + torrent.key, "$.data."),
                                     std::pair(std::string("/api/torrents"), "$.data.torrents[0].")}) {
    auto const told = server_->get(target).body;
    EXPECT_EQ(at(told, (std::string(data) + "status").c_str()), "\"complete\"") << told;
    EXPECT_EQ(at(told, (std::string(data) + "progress").c_str()), "\"100.00\"");
  }
  EXPECT_EQ(swarm.uploaded(), 0);
}

class Verified : public Populated, public testing::WithParamInterface<support::Format> {};

// With the hashes at hand, a file is what its name says, or it is refused; and nobody finds that out twice.
TEST_P(Verified, RightOrWrong) {
  auto const make = [](std::string const& name, std::uint64_t seed) {
    return support::make_torrent(
        {.files = {support::payload_file(name, size + 7, seed), support::payload_file("small.txt", 1000, 9)},
         .name = name + " folder",
         .format = GetParam(),
         .piece_size = 64 * KiB});
  };
  auto const right = make("right.mkv", 1), wrong = make("wrong.mkv", 2);
  support::Payload(1).write(folder_.path() / ("right " + right.key + ".mkv"), size + 7);
  support::Payload(3).write(folder_.path() / ("wrong " + wrong.key + ".mkv"), size + 7);
  start({{"TORRENT_KEEP", "false"}});
  for (auto const* torrent : {&right, &wrong})
    ASSERT_EQ(server_
                  ->post("/api/torrents?wait=1", {torrent->metainfo.begin(), torrent->metainfo.end()},
                         "application/x-bittorrent")
                  .status(),
              200);
  ASSERT_TRUE(eventually([&] { return stat("populated.verified") == "1" && stat("populated.refused[*]") != ""; }, 20s))
      << server_->get("/api/cache-stats").body;
  EXPECT_THAT(stat("populated.refused"), HasSubstr("wrong " + wrong.key));
  EXPECT_TRUE(server_->child().wait_for_error_line("by size or hashes"));
  auto const got = server_->get("/stream/proxy/" + right.key);
  EXPECT_TRUE(support::Payload(1).matches(0, got.body));
  EXPECT_THAT(got["ETag"], Not(HasSubstr("unverified")));
  EXPECT_EQ(at(server_->get("/stream/info/" + right.key).body, "$.data.totalFiles"), "2") << "and its other files";
  expect_failure(server_->get("/stream/proxy/" + wrong.key), 504, "no_peers");

  ASSERT_TRUE(server_->child().stop().ok());
  server_->start();
  EXPECT_EQ(stat("populated.verified"), "1") << "it is remembered";
  EXPECT_THAT(server_->get("/stream/proxy/" + right.key)["ETag"], Not(HasSubstr("unverified")));
}
std::string name_of(testing::TestParamInfo<support::Format> const& info) {
  constexpr char const* names[] = {"v1", "v2", "hybrid"};
  return names[static_cast<int>(info.param)];
}
INSTANTIATE_TEST_SUITE_P(Formats, Verified,
                         testing::Values(support::Format::v1, support::Format::v2, support::Format::hybrid), name_of);

TEST_F(Populated, AsHls) {
  auto const film = support::media_file({.container = support::Container::mkv, .seconds = 20, .kbit = 800});
  ASSERT_GT(std::filesystem::file_size(film), 1'000'000u);
  auto const path = folder_.path() / (hash + ".mkv");
  std::filesystem::copy_file(film, path);
  start({{"P2P", "off"}, {"FIRST_BYTE_WAIT", "20000"}});
  auto const base = "/hls/" + hash + "/0/";
  auto const master = server_->get(base + "master.m3u8");
  ASSERT_EQ(master.status(), 200) << master.body;
  EXPECT_EQ(master["Cache-Control"], "no-store") << "it is not verified";
  std::string media;
  std::istringstream lines(master.body);
  for (std::string line; media.empty() && std::getline(lines, line);)
    if (!line.empty() && line[0] != '#') media = line;
  auto const playlist = server_->get(base + media);
  ASSERT_EQ(playlist.status(), 200) << playlist.body;
  std::string segment;
  std::istringstream more(playlist.body);
  for (std::string line; std::getline(more, line);)
    if (!line.empty() && line[0] != '#') segment = line;
  auto const got = server_->get(base + media.substr(0, media.rfind('/') + 1) + segment);
  EXPECT_EQ(got.status(), 200);
  EXPECT_EQ(got["Cache-Control"], "no-store");
  EXPECT_GT(got.body.size(), 10'000u);
}

}  // namespace
