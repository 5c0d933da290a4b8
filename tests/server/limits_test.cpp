// SPDX-License-Identifier: LGPL-2.1-or-later
// Limits of the real program: clients, proxies, disks, certificates, logs.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sys/mount.h>

namespace {

using namespace std::chrono_literals;
using support::KiB;
using support::MiB;
using support::http::Connection;
using testing::HasSubstr;
using testing::Not;

TEST(Limits, RequestsOfOneClient) {
  Running server(Environment{{"HTTP_MAX_REQUESTS", "2"}});
  int served = 0;
  auto got = server.get("/health");
  for (; got.status() == 200 && served < 100; got = server.get("/health")) ++served;
  EXPECT_GE(served, 20) << "many at once are fine";
  EXPECT_LT(served, 100);
  expect_failure(got, 429, "too_many_requests");
  EXPECT_EQ(got["Retry-After"], "1");
  EXPECT_TRUE(support::eventually([&] { return server.get("/health").status() == 200; })) << "it passes";
}

TEST(Limits, ConnectionsOfOneAddress) {
  Running server(Environment{{"HTTP_MAX_CONNECTIONS_PER_ADDRESS", "3"}});
  std::vector<Connection> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server.at(), "127.0.0.76");
    EXPECT_EQ(clients.back().ask({.target = "/health"}).status(), 200);
  }
  Connection surplus(server.at(), "127.0.0.76");
  EXPECT_EQ(surplus.read_response().status(), 503);
  Connection neighbour(server.at(), "127.0.0.77");
  EXPECT_EQ(neighbour.ask({.target = "/health"}).status(), 200);
  for (int i = 0; i < 9; ++i) {  // perhaps a proxy
    clients.emplace_back(server.at());
    EXPECT_EQ(clients.back().ask({.target = "/health"}).status(), 200);
  }
  clients.clear();
  EXPECT_TRUE(support::eventually([&] {
    try {
      return Connection(server.at(), "127.0.0.76").ask({.target = "/health"}).status() == 200;
    } catch (support::http::Failure const&) {
      return false;
    }
  }));
}

TEST(Limits, RatesAreForPeersOfThisMachineToo) {
  support::Swarm swarm(support::make_torrent("film.mkv", 4 * MiB), 1);
  Running server(Environment{{"TORRENT_DOWNLOAD_LIMIT", std::to_string(MiB)}});
  auto const begin = std::chrono::steady_clock::now();
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  ASSERT_EQ(server.get("/stream/proxy/" + swarm.torrent().key).body.size(), 4u * MiB);
  EXPECT_GT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST(Limits, AProxyIsBelievedWhereItIsTrusted) {
  Running server(Environment{{"TRUSTED_PROXIES", "127.0.0.9, 10.0.0.0/8"}, {"ALLOWED_HOSTS", "films.example.com"}});
  support::Swarm swarm(support::make_torrent("film.mkv", MiB), 1);
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  auto const ask = [&](std::string const& from, support::http::Fields fields,
                       std::string const& target = "/api/torrents") {
    return Connection(server.at(), from).ask({.target = target, .fields = std::move(fields)});
  };
  // Without a token only local clients may come in: the proxy's own address is none of theirs.
  expect_failure(ask("127.0.0.9", {{"X-Forwarded-For", "203.0.113.7"}}), 403, "forbidden");
  EXPECT_EQ(ask("127.0.0.9", {{"X-Forwarded-For", "192.168.1.7"}}).status(), 200);
  EXPECT_EQ(ask("127.0.0.8", {{"X-Forwarded-For", "203.0.113.7"}}).status(), 200) << "whom nobody trusts";
  expect_failure(ask("127.0.0.9", {{"Forwarded", "for=unknown"}}), 403, "forbidden");
  expect_failure(ask("127.0.0.9", {{"Forwarded", "for=192.168.1.7;host=elsewhere.example.com"}}), 421, "misdirected");
  auto const list = ask(
      "127.0.0.9",
      {{"X-Forwarded-For", "192.168.1.7"}, {"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "films.example.com"}},
      "/playlist/all.m3u");
  EXPECT_THAT(list.body, HasSubstr("https://films.example.com/stream/proxy/" + swarm.torrent().key));
  EXPECT_THAT(ask("127.0.0.8", {{"X-Forwarded-Proto", "https"}}, "/playlist/all.m3u").body,
              HasSubstr("http://" + server.at().str() + "/stream/"));
  EXPECT_TRUE(server.child().wait_for_error_line("192\\.168\\.1\\.7 \"GET /playlist/all\\.m3u\" 200"));
}

TEST(Log, HasNoTokens) {
  Running server(Environment{{"API_TOKEN", "very-secret"}});
  EXPECT_EQ(server.get("/api/torrents?token=very-secret").status(), 200);
  EXPECT_EQ(server.get("/api/torrents", {{"Authorization", "Bearer very-secret"}}).status(), 200);
  EXPECT_EQ(server.get("/stream/proxy/zz?token=very-secret").status(), 400);
  ASSERT_TRUE(server.child().wait_for_error_line("\"GET /stream/proxy/zz\" 400"));
  EXPECT_THAT(server.child().err(), Not(HasSubstr("very-secret")));
}

TEST(Disk, AFilmThatDoesNotFitDoesNotBegin) {
  support::TempDir const disk("disk");
  if (mount("none", disk.str().c_str(), "tmpfs", 0, "size=40m") != 0) GTEST_SKIP() << "no right to mount a small disk";
  std::shared_ptr<void> const mounted(nullptr, [&](void*) { umount2(disk.str().c_str(), MNT_DETACH); });
  support::Swarm large(support::make_torrent("large.mkv", 39 * MiB), 1),
      small(support::make_torrent("small.mkv", 20 * MiB, 256 * KiB, 2), 1);
  Running server(Environment{{"TORRENT_DOWNLOAD_PATH", disk.str()}, {"TORRENT_KEEP", "false"}});
  ASSERT_EQ(server.add(large.magnet()).status(), 200);
  ASSERT_EQ(server.add(small.magnet()).status(), 200);
  expect_failure(server.get("/stream/proxy/" + large.torrent().key), 507, "disk_too_small");
  expect_failure(server.get("/hls/" + large.torrent().key + "/0/master.m3u8"), 507, "disk_too_small");
  EXPECT_EQ(large.uploaded(), 0) << "it has not begun";
  EXPECT_EQ(server.get("/stream/proxy/" + small.torrent().key).status(), 200);
  // What is there may be given up for another film, so it is no reason to refuse one.
  EXPECT_EQ(server.get("/stream/proxy/" + small.torrent().key, {{"Range", "bytes=0-9"}}).status(), 206);
  auto const pinned = server.ask({.method = "PATCH",
                                  .target = "/api/torrents/" + small.torrent().key,
                                  .fields = {},
                                  .body = "{\"pinned\": true}"});
  ASSERT_EQ(pinned.status(), 200) << pinned.body;
  support::Swarm other(support::make_torrent("other.mkv", 20 * MiB, 256 * KiB, 3), 1);
  ASSERT_EQ(server.add(other.magnet()).status(), 200);
  expect_failure(server.get("/stream/proxy/" + other.torrent().key), 507, "disk_too_small");
}

/// Somebody else fills the disk for a while.
TEST(Disk, ADownloadWaitsForRoom) {
  support::TempDir const disk("disk");
  if (mount("none", disk.str().c_str(), "tmpfs", 0, "size=40m") != 0) GTEST_SKIP() << "no right to mount a small disk";
  std::shared_ptr<void> const mounted(nullptr, [&](void*) { umount2(disk.str().c_str(), MNT_DETACH); });
  support::Swarm swarm(support::make_torrent("film.mkv", 16 * MiB), 1);
  Running server(
      Environment{{"TORRENT_DOWNLOAD_PATH", disk / "films"}, {"TORRENT_DOWNLOAD_LIMIT", std::to_string(3 * MiB)}});
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  auto const torrent = "/api/torrents/" + swarm.torrent().key;
  auto const progress = [&] { return std::stod(at(server.get(torrent).body, "$.data.progress").substr(1)); };
  ASSERT_TRUE(support::eventually([&] { return progress() > 10; }));
  auto const filler = disk / "filler";
  std::ofstream(filler) << std::string(40 * MiB, 'x');  // as much as there is room
  ASSERT_TRUE(server.child().wait_for_error_line("film\\.mkv waits: the disk has no room"));
  EXPECT_EQ(server.get(torrent).status(), 200);
  auto const before = progress();
  EXPECT_GT(before, 10);
  EXPECT_LT(before, 100);
  // What somebody says of it meanwhile holds.
  auto const say = [&](char const* keep) {
    return server.ask({.method = "PATCH", .target = torrent, .fields = {}, .body = keep}).status();
  };
  EXPECT_EQ(say("{\"keep\": false}"), 200);
  std::filesystem::remove(filler);
  ASSERT_TRUE(support::eventually([&] { return server.get("/health").status() == 200; }, 30s));
  EXPECT_EQ(at(server.get(torrent).body, "$.data.keep"), "false");
  EXPECT_EQ(say("{\"keep\": true}"), 200);
  std::ofstream(filler) << std::string(40 * MiB, 'x');
  ASSERT_TRUE(server.child().wait_for_error_line("film\\.mkv waits: the disk has no room"));
  std::filesystem::remove(filler);
  EXPECT_TRUE(server.child().wait_for_error_line("There is room again: film\\.mkv goes on"));
  EXPECT_TRUE(support::eventually([&] { return progress() == 100; }, 60s));
}

std::string certificate(support::TempDir const& folder, std::string const& name) {
  auto const made =
      support::run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-out",
                    folder / "cert.pem", "-days", "2", "-subj", "/CN=" + name});
  EXPECT_TRUE(made.ok()) << made.err;
  return folder / "cert.pem";
}

TEST(Tls, ACertificateIsReadAgainAtHangUp) {
  support::TempDir folder;
  auto const file = certificate(folder, "first");
  support::Child server(
      {SERVER}, {.environment = quiet(folder, Environment{{"TLS_CERT", file}, {"TLS_KEY", folder / "key.pem"}})});
  auto const line = server.wait_for_line("listening on https://(.*)$");
  ASSERT_TRUE(line) << server.err();
  auto const subject = [&] {
    return support::run({"openssl", "s_client", "-connect", (*line)[1], "-showcerts"}, {.input = "Q\n"}).out;
  };
  EXPECT_THAT(subject(), HasSubstr("CN = first"));
  certificate(folder, "second");
  server.signal(SIGHUP);
  ASSERT_TRUE(server.wait_for_error_line("certificate has been read again"));
  EXPECT_THAT(subject(), HasSubstr("CN = second"));
  support::write_file(file, "no certificate");
  server.signal(SIGHUP);
  ASSERT_TRUE(server.wait_for_error_line("The old one stays in use"));
  EXPECT_THAT(subject(), HasSubstr("CN = second"));
}

TEST(Life, HangUpIsNoEndForAService) {
  Running server;
  server.child().signal(SIGHUP);
  EXPECT_TRUE(server.child().wait_for_error_line("no certificate to be read again"));
  EXPECT_EQ(server.get("/health").status(), 200);
}

}  // namespace
