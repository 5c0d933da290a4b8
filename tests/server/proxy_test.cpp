// SPDX-License-Identifier: LGPL-2.1-or-later
// The nginx of examples/deploy in front of two servers that share a Redis.
#include "cache/redis_server.hpp"
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"

#include <array>
#include <filesystem>
#include <regex>
#include <unistd.h>

namespace {

using support::eventually;
using support::MiB;
using support::http::Connection;

constexpr std::int64_t size = 8 * MiB;

/// The file as it is in the repository, with other addresses and folders.
class Nginx {
 public:
  explicit Nginx(std::array<support::Endpoint, 2> const& nodes) {
    auto site = support::read_file(SOURCE_ROOT "/examples/deploy/nginx.conf");
    put(site, "127.0.0.1:7001", nodes[0].str());
    put(site, "127.0.0.1:7002", nodes[1].str());
    put(site, "listen 80;", "listen " + at_.str() + ";");
    put(site, "/var/log/nginx/gst-torrent.log", log());
    support::write_file(folder_ / "site.conf", site);
    std::string config = geteuid() == 0 ? "user root;\n" : "";
    config += "daemon off;\nworker_processes 2;\npid " + folder_ / "pid" + ";\nerror_log stderr notice;\n" +
              "events { worker_connections 256; }\nhttp {\n";
    for (auto const* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
      config += std::string("  ") + kind + "_temp_path " + folder_ / kind + ";\n";
    config += "  include " + folder_ / "site.conf" + ";\n}\n";
    support::write_file(folder_ / "nginx.conf", config);
    auto program = support::find_program("nginx");
    if (program.empty()) program = "/usr/sbin/nginx";
    child_.emplace(
        std::vector<std::string>{program, "-e", "stderr", "-p", folder_.str(), "-c", folder_ / "nginx.conf"});
    if (!child_->wait_for_error_line("start worker processes")) throw std::runtime_error("no nginx: " + child_->err());
  }
  [[nodiscard]] support::Endpoint at() const { return at_; }
  [[nodiscard]] std::string log() const { return folder_ / "access.log"; }

 private:
  static void put(std::string& text, std::string const& what, std::string const& with) {
    auto const place = text.find(what);
    if (place == std::string::npos) throw std::runtime_error("the example has no " + what);
    text.replace(place, what.size(), with);
  }

  support::TempDir folder_{"nginx"};
  support::Endpoint at_{"127.0.0.1", support::free_port()};
  std::optional<support::Child> child_;
};

class Proxy : public testing::Test {
 protected:
  Environment node(char const* name) const {
    return {{"CACHE_BACKEND", "redis"},
            {"REDIS_URL", redis_.url()},
            {"REDIS_PASSWORD", support::RedisServer::password},
            {"NODE_NAME", name},
            {"TORRENT_KEEP", "false"},
            {"FIRST_BYTE_WAIT", "1000"},
            {"TRUSTED_PROXIES", "127.0.0.1"}};
  }
  support::http::Response get(std::string const& target, support::http::Fields fields = {}) const {
    return support::http::get(nginx_.at(), target, std::move(fields));
  }
  void add() {
    for (auto* server : {&one_, &two_}) ASSERT_EQ(server->add(swarm_.magnet()).status(), 200);
  }
  [[nodiscard]] std::string hash() const { return swarm_.torrent().key; }
  [[nodiscard]] std::string film() const { return "/stream/proxy/" + hash(); }
  static std::string stat(Running& server, char const* name) {
    return at(server.get("/api/cache-stats").body, (std::string("$.data.") + name).c_str());
  }

  support::Swarm swarm_{support::make_torrent("film.mkv", size), 2};
  support::Payload payload_;
  support::RedisServer redis_;
  Running one_{node("one")}, two_{node("two")};
  Nginx nginx_{{one_.at(), two_.at()}};
};

TEST_F(Proxy, RangesAreExact) {
  add();
  auto const whole = get(film());
  ASSERT_EQ(whole.status(), 200);
  EXPECT_EQ(whole["Content-Length"], std::to_string(size));
  EXPECT_EQ(whole["Accept-Ranges"], "bytes");
  EXPECT_TRUE(payload_.matches(0, whole.body));

  auto const part = get(film(), {{"Range", "bytes=1000000-1999999"}, {"If-Range", whole["ETag"]}});
  EXPECT_EQ(part.status(), 206);
  EXPECT_EQ(part["Content-Range"], "bytes 1000000-1999999/" + std::to_string(size));
  EXPECT_EQ(part.body.size(), 1000000u);
  EXPECT_TRUE(payload_.matches(1000000, part.body));

  auto const end = get(film(), {{"Range", "bytes=-100"}});
  EXPECT_EQ(end.status(), 206);
  EXPECT_TRUE(payload_.matches(size - 100, end.body));

  auto const two = parts(get(film(), {{"Range", "bytes=0-9,500-599"}}));
  ASSERT_EQ(two.size(), 2u);
  EXPECT_TRUE(payload_.matches(500, two[1].body));

  EXPECT_EQ(get(film(), {{"Range", "bytes=99999999-"}}).status(), 416);
  EXPECT_EQ(get(film(), {{"If-None-Match", whole["ETag"]}}).status(), 304);
  auto const head = support::http::head(nginx_.at(), film());
  EXPECT_EQ(head.status(), 200);
  EXPECT_EQ(head["Content-Length"], std::to_string(size));
}

TEST_F(Proxy, ATorrentStaysWithItsNode) {
  ASSERT_EQ(get("/stream/magnet?magnet=magnet:?xt=urn:btih:" + hash()).status(), 200);
  for (auto const* route : {"/stream/proxy/", "/stream/info/", "/api/torrents/"}) get(route + hash());
  auto const known = [](Running& server) { return at(server.get("/api/torrents").body, "$.data.total"); };
  EXPECT_EQ(known(one_) == "1", known(two_) == "0") << known(one_) << " and " << known(two_);
}

TEST_F(Proxy, WhatOneNodeHasIsFoundByBoth) {
  for (auto* server : {&one_, &two_}) {
    support::Swarm const other(support::make_torrent("other.mkv", MiB, 64 * support::KiB, server == &one_ ? 7 : 8), 1);
    auto const path = "/api/torrents/" + other.torrent().key;
    ASSERT_EQ(server->add(other.magnet()).status(), 200);
    EXPECT_EQ(get(path).status(), 200);
    EXPECT_EQ(get(path + "/files").status(), 200);
    Connection client(nginx_.at());
    EXPECT_EQ(client.ask({.method = "PATCH", .target = path, .body = R"({"pinned": true})"}).status(), 200);
    EXPECT_EQ(client.ask({.method = "DELETE", .target = path}).status(), 200);
    expect_failure(get(path), 404, "unknown_torrent");
  }
}

TEST_F(Proxy, JobsStayWithTheirTorrent) {
  for (char const digit : {'1', '2', '3', '4', '5', '6'}) {
    Connection client(nginx_.at());
    auto const job = client.ask({.method = "POST", .target = "/stream/prepare/" + std::string(40, digit)});
    ASSERT_EQ(job.status(), 202) << job.body;
    auto const path = at(job.body, "$.data.statusUrl");
    EXPECT_EQ(get(path.substr(1, path.size() - 2)).status(), 200) << path;
  }
}

TEST_F(Proxy, SaysItselfThatNobodyHasIt) {
  auto const nobody = get("/stream/proxy/" + std::string(40, '7'));
  expect_failure(nobody, 504, "no_peers");
  EXPECT_FALSE(nobody["Retry-After"].empty());
}

TEST_F(Proxy, ANodeThatDiesIsReplaced) {
  add();
  ASSERT_EQ(get(film()).status(), 200);
  auto const progress = at(one_.get("/api/torrents/" + hash()).body, "$.data.progress");
  auto& has_it = progress == "\"100.00\"" ? one_ : two_;
  has_it.child().kill();
  ASSERT_TRUE(has_it.child().wait());
  auto const again = get(film(), {{"Range", "bytes=0-99999"}});
  EXPECT_EQ(again.status(), 206);
  EXPECT_TRUE(payload_.matches(0, again.body));
}

TEST_F(Proxy, NodesCountTogether) {
  add();
  ASSERT_EQ(get(film()).status(), 200);
  EXPECT_TRUE(eventually([&] { return stat(one_, "misses") == "1" && stat(two_, "misses") == "1"; }));
  ASSERT_TRUE(eventually([&] { return stat(one_, "size") == "1" || stat(two_, "size") == "1"; }));
  ASSERT_EQ(get(film()).status(), 200);
  EXPECT_TRUE(eventually([&] { return stat(one_, "hits") == "1" && stat(two_, "hits") == "1"; }))
      << stat(one_, "hits") << " and " << stat(two_, "hits");
}

TEST_F(Proxy, AViewerWhoLeavesIsGone) {
  support::Swarm slow(support::make_torrent("slow.mkv", 64 * MiB), 1, {.upload_limit = 1000 * 1000});
  for (auto* server : {&one_, &two_}) ASSERT_EQ(server->add(slow.magnet()).status(), 200);
  {
    Connection viewer(nginx_.at());
    viewer.send({.target = "/stream/proxy/" + slow.torrent().key});
    // As it comes: the rest is a minute away.
    ASSERT_EQ(viewer.read_head().status, 200);
    ASSERT_FALSE(viewer.read_some(1000).empty());
    int used = 0;
    for (auto* server : {&one_, &two_})
      used += server->remove("/api/torrents/" + slow.torrent().key + "?ifIdle=true").status() == 409;
    EXPECT_EQ(used, 1);
  }
  for (auto* server : {&one_, &two_})
    EXPECT_TRUE(eventually([&] {
      auto const status = server->remove("/api/torrents/" + slow.torrent().key + "?ifIdle=true").status();
      return status == 200 || status == 404;
    }));
}

TEST_F(Proxy, TokensAreNotLogged) {
  get("/stream/info/" + hash() + "?token=geheim");
  ASSERT_TRUE(eventually([&] { return support::read_file(nginx_.log()).find(hash()) != std::string::npos; }));
  EXPECT_EQ(support::read_file(nginx_.log()).find("geheim"), std::string::npos);
}

}  // namespace
