// SPDX-License-Identifier: LGPL-2.1-or-later
// Start, stop, crash, settings of the real program.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <sys/mount.h>
#include <thread>

namespace {

using namespace std::chrono_literals;
using support::eventually;
using support::KiB;
using support::MiB;
using support::http::Connection;
using testing::AllOf;
using testing::HasSubstr;

support::Ran start(Environment environment, std::vector<std::string> arguments = {}) {
  support::TempDir folder;
  std::vector<std::string> command{SERVER};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return support::run(command, {.environment = quiet(folder, std::move(environment))}, 10s);
}

TEST(Life, StopsInTimeWithStreamsUnderWay) {
  for (int signal : {SIGTERM, SIGINT}) {
    support::Swarm swarm(support::make_torrent("film.mkv", 32 * MiB), 1, {.upload_limit = 1000 * 1000});
    Running server;
    ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
    auto target = "/stream/proxy/" + swarm.torrent().key;
    Connection streaming(server.at()), stuck(server.at()), waiting(server.at()), idle(server.at());
    streaming.send({.target = target});
    streaming.read_head();
    stuck.set_receive_buffer(4096);
    stuck.send({.target = target});
    stuck.read_head();
    waiting.send({.target = target, .fields = {{"Range", "bytes=30000000-"}}});
    EXPECT_EQ(idle.ask({.target = "/health"}).status(), 200);
    auto begin = std::chrono::steady_clock::now();
    server.child().signal(signal);
    auto end = server.child().wait(5s);
    ASSERT_TRUE(end);
    EXPECT_TRUE(end->ok()) << "code " << end->code << ", signal " << end->signal << server.child().err();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
    EXPECT_TRUE(waiting.ended(1s));
  }
}

TEST(Life, GoesOnWhereItWas) {
  for (bool killed : {false, true}) {
    SCOPED_TRACE(killed ? "kill -9" : "SIGTERM");
    auto size = 6 * MiB;
    support::Swarm swarm(support::make_torrent("film.mkv", size, 256 * KiB), 1);
    auto const& key = swarm.torrent().key;
    Running server;
    ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
    EXPECT_EQ(server.get("/stream/proxy/" + key).body, swarm.torrent().files[0].bytes());
    auto sent = swarm.uploaded();
    if (killed) {
      server.child().kill();
      server.child().wait(5s);
    } else {
      EXPECT_TRUE(server.child().stop().ok());
    }
    swarm[0].kill();  // there is nobody any more to download from
    server.start();
    auto shown = server.get("/api/torrents/" + key);
    EXPECT_EQ(at(shown.body, "$.data.name"), "\"film.mkv\"");
    auto got = server.get("/stream/proxy/" + key);
    EXPECT_EQ(got.status(), 200);
    EXPECT_EQ(got.body, swarm.torrent().files[0].bytes());
    EXPECT_EQ(swarm.uploaded(), sent);
    EXPECT_EQ(at(server.add(swarm.magnet()).body, "$.data.message"), "\"Torrent found in cache\"");
    EXPECT_EQ(at(server.get("/health").body, "$.services.cache.size"), "1");
  }
}

TEST(Life, IdleTorrentsEndTheirNetworking) {
  support::Swarm swarm(support::make_torrent("film.mkv", 600 * KiB), 1);
  Running server(Environment{{"TORRENT_CLEANUP_INTERVAL", "400"}, {"TORRENT_KEEP", "false"}});
  auto const& key = swarm.torrent().key;
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  auto status = [&] { return at(server.get("/api/torrents/" + key).body, "$.data.status"); };
  ASSERT_TRUE(eventually([&] { return status() == "\"paused\""; }));
  EXPECT_EQ(server.get("/stream/proxy/" + key).body, swarm.torrent().files[0].bytes()) << "a client brings it back";
}

TEST(Life, WhatNobodyUsesSleepsAgain) {
  support::Swarm swarm(support::make_torrent("film.mkv", 600 * KiB), 1);
  Running server(Environment{{"TORRENT_CLEANUP_INTERVAL", "200"}});
  auto const& key = swarm.torrent().key;
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  ASSERT_EQ(server.get("/stream/proxy/" + key).status(), 200);
  ASSERT_TRUE(server.child().wait_for_error_line(key + " sleeps"));
  EXPECT_THAT(server.get("/metrics").body, HasSubstr("gst_torrent_torrents{state=\"asleep\"} 1\n"));
  EXPECT_EQ(at(server.get("/api/torrents").body, "$.data.torrents[0].status"), "\"complete\"");
  EXPECT_EQ(server.get("/stream/proxy/" + key).body, swarm.torrent().files[0].bytes());
  ASSERT_TRUE(server.child().wait_for_error_line(key + " sleeps")) << "once more";
}

TEST(Life, NoMoreThanSoManyAreWithTheirSwarms) {
  support::Swarm first(support::make_torrent("first.mkv", 600 * KiB), 1),
      second(support::make_torrent("second.mkv", 600 * KiB, 256 * KiB, 2), 1);
  Running server(Environment{{"TORRENT_MAX_ACTIVE", "1"}});
  auto const done = [&](support::Swarm& swarm) {
    return eventually(
        [&] { return at(server.get("/api/torrents/" + swarm.torrent().key).body, "$.data.status") == "\"complete\""; });
  };
  // One after the other, though both are added at once; who watches need not wait.
  for (auto const* swarm : {&first, &second}) ASSERT_EQ(server.add(swarm->magnet()).status(), 200);
  ASSERT_TRUE(server.child().wait_for_error_line("waits for its turn"));
  EXPECT_EQ(server.get("/stream/proxy/" + first.torrent().key).body, first.torrent().files[0].bytes());
  EXPECT_TRUE(done(first));
  EXPECT_TRUE(done(second));
}

TEST(Life, PinnedTorrentsStayWithTheirSwarms) {
  support::Swarm pinned(support::make_torrent("pinned.mkv", 600 * KiB), 1),
      other(support::make_torrent("other.mkv", 600 * KiB, 256 * KiB, 2), 1);
  Running server(Environment{{"TORRENT_CLEANUP_INTERVAL", "400"}, {"CACHE_BACKEND", "sqlite"}});
  for (auto const* swarm : {&pinned, &other}) {
    ASSERT_EQ(server.add(swarm->magnet()).status(), 200);
    ASSERT_EQ(server.get("/stream/proxy/" + swarm->torrent().key).status(), 200);
  }
  auto const target = "/api/torrents/" + pinned.torrent().key;
  ASSERT_EQ(server.ask({.method = "PATCH", .target = target, .fields = {}, .body = "{\"pinned\": true}"}).status(),
            200);
  ASSERT_TRUE(server.child().wait_for_error_line(other.torrent().key + " is idle"));
  EXPECT_THAT(server.child().err(), testing::Not(HasSubstr(pinned.torrent().key + " is idle")));
  // Its files are still there, and it comes back at once.
  EXPECT_EQ(server.get("/stream/proxy/" + other.torrent().key).body, other.torrent().files[0].bytes());
  ASSERT_TRUE(server.child().stop().ok());
  server.start();
  EXPECT_TRUE(eventually([&] {
    return server.get("/metrics").body.find("gst_torrent_torrents{state=\"asleep\"} 1\n") != std::string::npos;
  })) << "after a restart it is awake, and only it";
}

TEST(Life, SettingsAreChecked) {
  struct {
    Environment environment;
    std::vector<std::string> arguments;
    char const* named;
    int code = 2;
  } cases[] = {
      {{{"PORT", "abc"}}, {}, "PORT"},
      {{{"PORT", "70000"}}, {}, "65535"},
      {{{"TORRENT_DHT", "maybe"}}, {}, "true, false"},
      {{{"LOG_LEVEL", "loud"}}, {}, "debug info warn error"},
      {{}, {"--port=x"}, "on the command line"},
      {{}, {"--no-such-option"}, "no-such-option"},
      {{}, {"surplus"}, "surplus"},
      {{}, {"--config=/does/not/exist"}, "/does/not/exist"},
      {{{"TLS_KEY", "x.pem"}}, {}, "TLS_CERT"},
      {{{"TORRENT_LISTEN", "nonsense"}}, {}, "nonsense"},
      {{{"HOST", "no.such.host.invalid"}}, {}, "no.such.host.invalid", 1},
      {{{"TLS_CERT", "/does/not/exist.pem"}}, {}, "TLS_CERT", 1},
  };
  for (auto const& c : cases) {
    SCOPED_TRACE(c.named);
    auto ran = start(c.environment, c.arguments);
    EXPECT_EQ(ran.exit.code, c.code) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(c.named));
    EXPECT_EQ(ran.out, "");
  }
}

TEST(Life, LaterSourcesWin) {
  support::TempDir folder;
  support::write_file(folder / "file.conf", "[gst-torrent]\nREAD_TIMEOUT=1\nFIRST_BYTE_WAIT=2\nTORRENT_TIMEOUT=3\n");
  Running server(Environment{{"FIRST_BYTE_WAIT", "20"}, {"TORRENT_TIMEOUT", "30"}},
                 {"--config=" + folder / "file.conf", "--torrent-timeout=300"});
  auto body = server.get("/status").body;
  EXPECT_EQ(at(body, "$.data.settings.READ_TIMEOUT"), "\"1\"");
  EXPECT_EQ(at(body, "$.data.settings.FIRST_BYTE_WAIT"), "\"20\"");
  EXPECT_EQ(at(body, "$.data.settings.TORRENT_TIMEOUT"), "\"300\"");
}

TEST(Life, DefaultKeyFile) {
  support::TempDir folder;
  support::write_file(folder / "gst-torrent.conf", "[gst-torrent]\nPROT=1\n");
  auto ran = start({{"XDG_CONFIG_HOME", folder.str()}});
  EXPECT_EQ(ran.exit.code, 2);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("PROT"), HasSubstr("did you mean PORT")));
}

TEST(Life, Answers) {
  auto help = start({}, {"--help"});
  EXPECT_EQ(help.exit.code, 0);
  EXPECT_THAT(help.out, AllOf(HasSubstr("--torrent-download-path"), HasSubstr("--print-config"), HasSubstr("(7000)")));
  EXPECT_THAT(start({}, {"--version"}).out, testing::MatchesRegex("gst-torrent-server [0-9.]+\n"));
  auto sample = start({{"PORT", "abc"}}, {"--print-config"});
  EXPECT_EQ(sample.exit.code, 0);
  EXPECT_THAT(sample.out, AllOf(HasSubstr("[gst-torrent]"), HasSubstr("#PORT=7000")));
}

TEST(Life, PortTaken) {
  auto taken = support::listen_on({"127.0.0.1", 0});
  auto port = std::to_string(support::local_endpoint(taken.get()).port);
  auto ran = start({{"PORT", port}});
  EXPECT_EQ(ran.exit.code, 1);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("Another program"), HasSubstr(port), HasSubstr("PORT")));
}

TEST(Life, FolderInUse) {
  Running server;
  auto ran = support::run({SERVER}, {.environment = quiet(server.folder())}, 10s);
  EXPECT_EQ(ran.exit.code, 1);
  EXPECT_GT(ran.err.size(), 20u);
  EXPECT_EQ(server.get("/health").status(), 200);
}

void expect_unhealthy(Running& server, char const* why) {
  ASSERT_TRUE(eventually([&] { return server.get("/health").status() == 503; }));
  auto got = server.get("/api/health");
  EXPECT_EQ(at(got.body, "$.status"), "\"unhealthy\"");
  EXPECT_THAT(at(got.body, "$.reasons[0]"), HasSubstr(why));
  EXPECT_THAT(got.body, testing::Not(HasSubstr(server.folder().str()))) << "paths of the host are nobody's business";
}

TEST(Health, NoPortForPeers) {
  Running server(Environment{{"TORRENT_LISTEN", "192.0.2.1:7777"}});  // nobody's address
  expect_unhealthy(server, "TORRENT_LISTEN");
}

TEST(Health, FoldersThatGo) {
  for (char const* which : {"state", "downloads"}) {
    Running server;
    EXPECT_EQ(server.get("/health").status(), 200);
    auto folder = server.folder() / which;
    std::filesystem::rename(folder, folder + ".away");
    expect_unhealthy(server, which == std::string("state") ? "state folder" : "download folder");
    std::filesystem::rename(folder + ".away", folder);
    EXPECT_EQ(server.get("/health").status(), 200);
  }
}

TEST(Health, FullDisk) {
  support::TempDir disk;
  if (mount("none", disk.str().c_str(), "tmpfs", 0, "size=8m") != 0) GTEST_SKIP() << "no right to mount a small disk";
  {
    Running server(Environment{{"TORRENT_DOWNLOAD_PATH", disk / "downloads"}});
    expect_unhealthy(server, "full");
  }
  umount2(disk.str().c_str(), MNT_DETACH);
}

TEST(Life, RoomForFilesIsMade) {
  Environment environment{{"HTTP_MAX_CONNECTIONS", "300"}};
  support::TempDir folder;
  support::Child child({"sh", "-c", "ulimit -Sn 100 && exec " SERVER}, {.environment = quiet(folder, environment)});
  auto line = child.wait_for_line("listening on (http://.*)$");
  ASSERT_TRUE(line) << child.err();
  auto to = support::http::split_url((*line)[1]).first;
  std::vector<Connection> clients;
  for (int i = 0; i < 250; ++i) clients.emplace_back(to);
  for (auto& client : clients) client.send({.target = "/status"});
  for (auto& client : clients) EXPECT_EQ(client.read_response().status(), 200);
}

TEST(Life, NeverSpeaksHttp2) {
  support::TempDir folder;
  auto made = support::run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem",
                            "-out", folder / "cert.pem", "-days", "2", "-subj", "/CN=localhost"});
  ASSERT_TRUE(made.ok()) << made.err;
  support::Child child(
      {SERVER},
      {.environment = quiet(
           folder, {{"SOUP_SERVER_HTTP2", "1"}, {"TLS_CERT", folder / "cert.pem"}, {"TLS_KEY", folder / "key.pem"}})});
  auto line = child.wait_for_line("listening on (https://.*)$");
  ASSERT_TRUE(line) << child.err();
  auto got = support::run({"curl", "-sk", "--http2", "-o", folder / "body", "-w", "%{http_version} %{response_code}",
                           (*line)[1] + "/health"});
  EXPECT_EQ(got.out, "1.1 200");
}

TEST(Life, OtherPlacesToListenAt) {
  for (auto host : {"", "localhost", "::1"}) {
    SCOPED_TRACE(host);
    Running server(Environment{{"HOST", host}});
    auto got = support::run({"curl", "-sg", server.printed_url() + "/health"});
    EXPECT_THAT(got.out, HasSubstr("healthy"));
  }
}

TEST(Life, ManyClientsLeaveNothingBehind) {
  support::Swarm swarm(support::make_torrent("film.mkv", 4 * MiB), 1);
  Running server;
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  auto target = "/stream/proxy/" + swarm.torrent().key;
  EXPECT_EQ(server.get(target).body.size(), static_cast<std::size_t>(4 * MiB));
  auto connections = [&] { return std::stoi(at(server.get("/status").body, "$.data.http.connections")); };
  ASSERT_TRUE(eventually([&] { return connections() <= 1; }));
  auto files = server.child().open_files();
  auto memory = server.child().anonymous_memory();
  for (int i = 0; i < 300; ++i) {
    Connection client(server.at());
    client.send({.target = i % 3 ? target : "/health"});
    if (i % 2) client.read_head();
    if (i % 5 == 0) client.reset();
  }
  ASSERT_TRUE(eventually([&] { return connections() <= 1; }));
  EXPECT_LE(server.child().open_files(), files + 2);
  if (memory_counts) {
    EXPECT_LT(server.child().anonymous_memory(), memory + 8 * MiB);
  }
}

}  // namespace
