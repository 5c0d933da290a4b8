// SPDX-License-Identifier: LGPL-2.1-or-later
// HTTP as it is on the wire: what libsoup alone gets wrong, and what every server must get right.
#include "http/listener.hpp"
#include "served.hpp"
#include "support/child.hpp"
#include "support/eventually.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using support::eventually;
using support::http::Connection;
using support::http::Request;
using testing::HasSubstr;

std::vector<http::Route> routes() {
  return {
      {"GET", "/json", http::Area::manage,
       [](http::Exchange& e) { e.reply(http::Response::data(json::Object().set("a", 1))); }},
      {"POST", "/echo", http::Area::manage,
       [](http::Exchange& e) {
         e.reply(
             http::Response::data(json::Object().set("size", static_cast<std::int64_t>(e.request().body().size()))));
       }},
      {"GET", "/media", http::Area::media,
       [](http::Exchange& e) {
         http::Response r;
         r.body = "0123456789";
         e.reply(r);
       }},
      {"DELETE", "/json", http::Area::manage, [](http::Exchange& e) { e.reply(http::Response::data({})); }},
      {"GET", "/named/:name", http::Area::manage,
       [](http::Exchange& e) {
         e.reply(http::Response::data(json::Object().set("name", e.request().parameter("name"))));
       }},
      {"GET", "/later", http::Area::manage,
       [](http::Exchange& e) {
         e.work([] { return 5; }, [&e](int n) { e.reply(http::Response::data(json::Object().set("n", n))); });
       }},
      {"GET", "/throws", http::Area::manage, [](http::Exchange&) { throw std::runtime_error("secret"); }},
      {"GET", "/throws-later", http::Area::manage,
       [](http::Exchange& e) { e.work([]() -> int { throw 5; }, [](int) {}); }},
      {"GET", "/origin", http::Area::manage,
       [](http::Exchange& e) { e.reply(http::Response::data(json::Object().set("origin", e.request().origin()))); }},
      {"GET", "/events", http::Area::manage,
       [](http::Exchange& e) {
         http::Response head;
         head.body = "one ";
         e.open(head);
         e.say("two");
         e.close();
       }},
      {"GET", "/never", http::Area::manage, [](http::Exchange&) {}}};
}

class WireTest : public testing::Test {
 protected:
  Served served_{routes(), [] {
                   http::Options options;
                   options.limits.connections = 50;
                   options.limits.idle = 1s;
                   options.rules.cors_origins = {"https://ui.example.com"};
                   return options;
                 }()};

  std::string raw(std::string const& text) {
    Connection client(served_.at());
    client.send(text);
    client.half_close();
    std::string all;
    for (auto more = client.read_some(65536); !more.empty(); more = client.read_some(65536)) all += more;
    return all;
  }
  support::http::Response ask(Request const& request) { return support::http::ask(served_.at(), request); }
};

TEST_F(WireTest, RefusesWhatIsNoRequest) {
  for (std::string text :
       {"GARBAGE\r\n\r\n", "GET /json\r\n\r\n", "GET /json HTTP/1.1\r\n\r\n", "GET /json HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /json HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n",
        "GET /a%00b HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    auto answer = raw(text);
    EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 400 ")) << text;
    EXPECT_THAT(answer, HasSubstr("\"success\":false")) << text;
  }
  // GUri takes what is no escape for a plain percent sign.
  for (auto target : {"/a%zz", "/a%ff", "/%", "/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd"})
    EXPECT_THAT(ask({.target = target}).status(), testing::AnyOf(400, 404)) << target;
  EXPECT_THAT(raw("GET / HTTP/2.0\r\nHost: localhost\r\n\r\n"), HasSubstr(" 505 "));
  EXPECT_EQ(ask({.target = "/json"}).status(), 200) << "and lives on";
}

TEST_F(WireTest, WhatEndsNobodyKnowsWhereIsRefusedAtOnce) {
  for (std::string fields : {"Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: -1\r\n",
                             "Content-Length: +5\r\n", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"}) {
    SCOPED_TRACE(fields);
    Connection client(served_.at());
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
    auto const got = client.read_response();
    EXPECT_EQ(got.status(), 400);
    EXPECT_THAT(got.body, HasSubstr("Content-Length"));
    EXPECT_EQ(got["Connection"], "close");
    EXPECT_TRUE(client.ended());
  }
}

TEST_F(WireTest, NothingBehindChunksIsARequest) {
  Connection client(served_.at());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
      "GET /json HTTP/1.1\r\nHost: localhost\r\n\r\n");
  auto const got = client.read_response();
  EXPECT_THAT(got.body, HasSubstr("\"size\":3"));
  EXPECT_EQ(got["Connection"], "close");
  EXPECT_TRUE(client.ended());
}

TEST_F(WireTest, OldClientsGetNoChunksAndWholeLinks) {
  Connection endless(served_.at());
  endless.send("GET /events HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  auto const head = endless.read_head();
  EXPECT_FALSE(head.has("Transfer-Encoding"));
  EXPECT_EQ(head["Connection"], "close");
  std::string text;
  for (auto more = endless.read_some(100); !more.empty(); more = endless.read_some(100)) text += more;
  EXPECT_EQ(text, "one two");
  EXPECT_EQ(ask({.target = "/events"})["Transfer-Encoding"], "chunked");

  EXPECT_THAT(raw("GET /origin HTTP/1.0\r\n\r\n"), HasSubstr("\"http://" + served_.at().str() + "\""));
  EXPECT_THAT(raw("GET /origin?a=b HTTP/1.0\r\nHost: films.local\r\n\r\n"), HasSubstr("\"http://films.local\""));
}

TEST_F(WireTest, OneFormOfErrors) {
  auto missing = ask({.target = "/nowhere"});
  EXPECT_EQ(missing.status(), 404);
  EXPECT_EQ(missing["Content-Type"], "application/json");
  EXPECT_THAT(missing.body, testing::AllOf(HasSubstr("\"success\":false"), HasSubstr("\"code\":\"not_found\""),
                                           HasSubstr("\"error\":"), HasSubstr("\"message\":")));
  for (auto target : {"/throws", "/throws-later"}) {
    auto thrown = ask({.target = target});
    EXPECT_EQ(thrown.status(), 500);
    EXPECT_THAT(thrown.body, HasSubstr("\"code\":\"internal\""));
    EXPECT_THAT(thrown.body, testing::Not(HasSubstr("secret")));
  }
}

TEST_F(WireTest, MethodsComeFromTheTable) {
  auto wrong = ask({.method = "PUT", .target = "/json"});
  EXPECT_EQ(wrong.status(), 405);
  EXPECT_EQ(wrong["Allow"], "DELETE, GET, HEAD, OPTIONS");
  EXPECT_EQ(ask({.method = "BREW", .target = "/media"}).status(), 405);
  EXPECT_EQ(ask({.method = "TRACE", .target = "/media"}).status(), 405);
  auto options = ask({.method = "OPTIONS", .target = "/json"});
  EXPECT_EQ(options.status(), 204);
  EXPECT_EQ(options["Allow"], "DELETE, GET, HEAD, OPTIONS");
  EXPECT_FALSE(options.head.has("Content-Length"));
  EXPECT_EQ(ask({.method = "OPTIONS", .target = "/nowhere"}).status(), 404);
  auto star = ask({.method = "OPTIONS", .target = "*"});
  EXPECT_EQ(star.status(), 204);
  EXPECT_EQ(star["Allow"], "DELETE, GET, HEAD, OPTIONS, POST");
}

TEST_F(WireTest, HeadIsGetWithoutABody) {
  Connection client(served_.at());
  auto get = client.ask({.target = "/json"});
  auto head = client.ask({.method = "HEAD", .target = "/json"});
  EXPECT_EQ(head.status(), 200);
  EXPECT_EQ(head["Content-Length"], get["Content-Length"]);
  EXPECT_EQ(head["Content-Type"], get["Content-Type"]);
  EXPECT_EQ(client.ask({.target = "/json"}).body, get.body);
}

TEST_F(WireTest, LibsoupsOwnRangesAreOff) {
  auto got = ask({.target = "/media", .fields = {{"Range", "bytes=2-3"}}});
  EXPECT_EQ(got.status(), 200);
  EXPECT_EQ(got.body, "0123456789");
}

TEST_F(WireTest, HalfClosedClientsAreAnswered) {
  auto request = [](std::string const& path) { return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"; };
  EXPECT_THAT(raw(request("/later")), HasSubstr("\"n\":5"));
  EXPECT_THAT(raw(request("/later") + request("/json") + request("/later")),
              testing::AllOf(HasSubstr("\"a\":1"), testing::EndsWith("{\"success\":true,\"data\":{\"n\":5}}")));
}

TEST_F(WireTest, KeepAlive) {
  Connection eleven(served_.at());
  EXPECT_EQ(eleven.ask({.target = "/json"}).status(), 200);
  EXPECT_EQ(eleven.ask({.target = "/later"}).status(), 200);
  EXPECT_EQ(eleven.ask({.target = "/json", .fields = {{"Connection", "close"}}})["Connection"], "close");
  EXPECT_TRUE(eleven.ended(2s));

  Connection ten(served_.at());
  ten.send("GET /json HTTP/1.0\r\n\r\n");
  auto old = ten.read_response();
  EXPECT_EQ(old.status(), 200);
  EXPECT_EQ(old.head.version, "HTTP/1.0");
  EXPECT_TRUE(ten.ended(2s));

  Connection kept(served_.at());
  for (int i = 0; i < 2; ++i) {
    kept.send("GET /json HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    auto got = kept.read_response();
    EXPECT_EQ(got.status(), 200);
    EXPECT_EQ(got["Connection"], "Keep-Alive");
  }
}

TEST_F(WireTest, AbsoluteTarget) {
  EXPECT_THAT(raw("GET http://localhost/json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
              HasSubstr(" 200 "));
}

TEST_F(WireTest, SegmentsAreDecodedOneByOne) {
  EXPECT_THAT(ask({.target = "/named/a%2Fb%20c%C3%A9"}).body, HasSubstr("\"a/b cé\""));
}

TEST_F(WireTest, BodyLimits) {
  Connection client(served_.at());
  std::string body(1024 * 1024, 'x');
  EXPECT_THAT(client.ask({.method = "POST", .target = "/echo", .body = body}).body, HasSubstr("\"size\":1048576"));
  body += 'x';
  EXPECT_EQ(client.ask({.method = "POST", .target = "/echo", .body = body}).status(), 413);
  EXPECT_TRUE(client.ended(2s));
  auto large = ask(
      {.method = "POST", .target = "/echo", .fields = {{"Content-Type", "application/x-bittorrent"}}, .body = body});
  EXPECT_EQ(large.status(), 200);

  Connection chunked(served_.at());
  chunked.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 20; ++i) chunked.send("10000\r\n" + std::string(0x10000, 'y') + "\r\n");
  chunked.send("0\r\n\r\n");
  EXPECT_EQ(chunked.read_response().status(), 413);
}

TEST_F(WireTest, ExpectContinue) {
  Connection client(served_.at());
  client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_head().status, 100);
  client.send("12345");
  auto got = client.read_response();
  EXPECT_EQ(got.status(), 200);
  EXPECT_THAT(got.body, HasSubstr("\"size\":5"));
  // What will be refused is refused before it is sent.
  client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_head().status, 413);
}

TEST_F(WireTest, HeadLimits) {
  for (std::size_t size : {20'000u, 70'000u, 300'000u}) {
    SCOPED_TRACE(size);
    EXPECT_THAT(raw("GET /" + std::string(size, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                testing::AllOf(HasSubstr(" 414 "), HasSubstr("uri_too_long")));
    EXPECT_THAT(raw("GET /json HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(size, 'a') + "\r\n\r\n"),
                testing::AllOf(HasSubstr(" 431 "), HasSubstr("headers_too_large")));
  }
  std::string many = "GET /json HTTP/1.1\r\nHost: localhost\r\n";
  for (int i = 0; i < 2000; ++i) many += "X-" + std::to_string(i) + ": 1234567890\r\n";
  EXPECT_THAT(raw(many + "\r\n"), HasSubstr(" 431 "));
  EXPECT_EQ(ask({.target = "/json", .fields = {{"X", std::string(15'000, 'a')}}}).status(), 200);
  // A large body in the same segments as its head is no large head.
  Connection client(served_.at());
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(client.ask({.method = "POST", .target = "/echo", .body = std::string(200'000, 'b')}).status(), 200);
  // Large heads in a row, each within the limit, are none either.
  std::string row;
  for (int i = 0; i < 4; ++i)
    row += Request{.target = "/later", .fields = {{"X", std::string(12'000, 'a')}}}.text("localhost");
  client.send(row);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(client.read_response().status(), 200);
  // Second requests of a connection are held to it, too.
  client.send("GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read_response().status(), 414);
}

TEST_F(WireTest, HostAndOrigin) {
  auto rebound = ask({.target = "/json", .fields = {{"Host", "evil.example.com"}}});
  EXPECT_EQ(rebound.status(), 421);
  EXPECT_THAT(rebound.body, HasSubstr("misdirected"));
  auto foreign = ask({.method = "DELETE", .target = "/json", .fields = {{"Origin", "https://evil.example.com"}}});
  EXPECT_EQ(foreign.status(), 403);
  EXPECT_FALSE(foreign.head.has("Access-Control-Allow-Origin"));
  auto listed = ask({.method = "DELETE", .target = "/json", .fields = {{"Origin", "https://ui.example.com"}}});
  EXPECT_EQ(listed.status(), 200);
  EXPECT_EQ(listed["Access-Control-Allow-Origin"], "https://ui.example.com");
  EXPECT_EQ(listed["Vary"], "Origin");
}

TEST_F(WireTest, Preflight) {
  auto media = ask({.method = "OPTIONS",
                    .target = "/media",
                    .fields = {{"Origin", "https://anyone.example"},
                               {"Access-Control-Request-Method", "GET"},
                               {"Access-Control-Request-Headers", "range"}}});
  EXPECT_EQ(media.status(), 204);
  EXPECT_EQ(media["Access-Control-Allow-Origin"], "*");
  EXPECT_EQ(media["Access-Control-Allow-Methods"], "GET, HEAD, OPTIONS");
  EXPECT_THAT(media["Access-Control-Allow-Headers"], HasSubstr("Range"));
  EXPECT_FALSE(media["Access-Control-Max-Age"].empty());
  auto get = ask({.target = "/media", .fields = {{"Origin", "https://anyone.example"}}});
  EXPECT_EQ(get["Access-Control-Allow-Origin"], "*");
  EXPECT_EQ(get["Access-Control-Expose-Headers"], "Content-Range, Accept-Ranges, Content-Length, ETag, Repr-Digest");
  auto manage = ask({.method = "OPTIONS",
                     .target = "/json",
                     .fields = {{"Origin", "https://evil.example.com"}, {"Access-Control-Request-Method", "DELETE"}}});
  EXPECT_FALSE(manage.head.has("Access-Control-Allow-Origin"));
}

TEST_F(WireTest, ClosedIdleConnectionsAreNotKept) {
  // libsoup 3.2.3 would keep each of them, with its descriptor, for ever.
  for (int round = 0; round < 3; ++round) {
    std::vector<Connection> clients;
    for (int i = 0; i < 30; ++i) {
      clients.emplace_back(served_.at());
      EXPECT_EQ(clients.back().ask({.target = round % 2 ? "/later" : "/json"}).status(), 200);
    }
    clients.clear();
    EXPECT_TRUE(eventually([&] { return served_.connections() == 0; }, 5s));
  }
}

TEST_F(WireTest, IdleAndHalfSentRequestsEnd) {
  Connection silent(served_.at()), half(served_.at()), again(served_.at()), waits(served_.at());
  half.send("GET /json HTTP/1.1\r\nHost: loc");
  EXPECT_EQ(again.ask({.target = "/json"}).status(), 200);
  waits.send({.target = "/never"});
  EXPECT_TRUE(silent.ended(5s));
  EXPECT_TRUE(half.ended(5s));
  EXPECT_TRUE(again.ended(5s));
  EXPECT_FALSE(waits.ended(100ms)) << "a client that waits for its answer is not idle";
}

TEST_F(WireTest, DripOfAHeadDoesNotLastForEver) {
  Connection client(served_.at());
  auto start = std::chrono::steady_clock::now();
  try {
    for (std::string text = "GET /json HTTP/1.1\r\nX: "; std::chrono::steady_clock::now() - start < 10s; text = "a") {
      client.send(text);
      if (client.ended(100ms)) break;
    }
  } catch (std::exception const&) {
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST_F(WireTest, TooManyConnectionsAreToldSo) {
  std::vector<Connection> clients;
  for (int i = 0; i < 50; ++i) {
    clients.emplace_back(served_.at());
    EXPECT_EQ(clients.back().ask({.target = "/json"}).status(), 200);
  }
  Connection surplus(served_.at());
  auto got = surplus.read_response();
  EXPECT_EQ(got.status(), 503);
  EXPECT_FALSE(got["Retry-After"].empty());
  EXPECT_TRUE(surplus.ended(2s));
  clients.clear();
  EXPECT_TRUE(eventually([&] { return served_.connections() == 0; }, 5s));
  EXPECT_EQ(ask({.target = "/json"}).status(), 200);
}

TEST_F(WireTest, ListenerSurvivesWithoutDescriptors) {
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  auto last = dup(0);
  close(last);
  rlimit one_more = before;
  one_more.rlim_cur = static_cast<rlim_t>(last) + 1;  // for the client: then no accept can succeed
  setrlimit(RLIMIT_NOFILE, &one_more);
  Connection client(served_.at());
  client.set_timeout(200ms);
  EXPECT_THROW(client.ask({.target = "/json"}), support::http::Failure);
  setrlimit(RLIMIT_NOFILE, &before);
  client.set_timeout(10s);
  EXPECT_EQ(client.read_response().status(), 200);
  EXPECT_EQ(ask({.target = "/json"}).status(), 200);
}

TEST_F(WireTest, NobodyIsServedByAStoppedServer) {
  Connection waits(served_.at());
  waits.send({.target = "/never"});
  Connection idle(served_.at());
  EXPECT_EQ(idle.ask({.target = "/later"}).status(), 200);
  served_.stop();
  EXPECT_TRUE(waits.ended(2s));
  EXPECT_TRUE(idle.ended(2s));
  EXPECT_THROW(support::connect_to(served_.at()), std::exception);
}

// Nobody accepts here: with a short backlog most of them would wait a second for their SYN to be sent again.
TEST(Listener, TakesManyAtOnce) {
  g_autoptr(GSocket) listener = http::open_listener("127.0.0.1", 0);
  support::Endpoint const at{"127.0.0.1", http::port_of(listener)};
  auto most = std::stoul(support::read_file("/proc/sys/net/core/somaxconn"));
  std::vector<support::Fd> clients;
  auto connect_all = [&] {
    for (std::size_t i = 0; i < std::min(most, 400ul); ++i) clients.push_back(support::connect_to(at));
  };
  auto start = std::chrono::steady_clock::now();
  connect_all();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1s) << "a SYN was lost";
}

TEST(Wire, QueriesOfOldClients) {
  Served served({{"GET", "/asked", http::Area::manage, [](http::Exchange& e) {
                    e.reply(http::Response::data(json::Object().set("n", e.request().query("n").value_or("none"))));
                  }}});
  Connection client(served.at());
  client.send("GET /asked?n=5 HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.read_response().body, HasSubstr("\"n\":\"5\""));
}

TEST(Wire, OldClientsOfAllInterfaces) {
  http::Options options;
  options.host = "";
  Served served(routes(), options);
  Connection client(served.at());
  client.send("GET /origin HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.read_response().body, HasSubstr("\"http://" + served.at().str() + "\""));
}

TEST(Listener, PortTaken) {
  auto taken = support::listen_on({"127.0.0.1", 0});
  http::Options options;
  options.host = "127.0.0.1";
  options.port = support::local_endpoint(taken.get()).port;
  try {
    Served served(routes(), options);
    FAIL();
  } catch (std::exception const& error) {
    EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("Another program"), HasSubstr(std::to_string(options.port))));
  }
  options.host = "no.such.host.invalid";
  EXPECT_THROW(Served(routes(), options), std::runtime_error);
}

TEST(Tls, Serves) {
  support::TempDir folder;
  auto made = support::run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem",
                            "-out", folder / "cert.pem", "-days", "2", "-subj", "/CN=localhost"});
  ASSERT_TRUE(made.ok()) << made.err;
  http::Options options;
  options.tls_cert = folder / "cert.pem";
  options.tls_key = folder / "key.pem";
  Served served(routes(), options);
  auto url = "https://127.0.0.1:" + std::to_string(served.at().port);
  auto got = support::run({"curl", "-sk", "-i", url + "/json", url + "/later", url + "/nowhere"});
  EXPECT_THAT(got.out, testing::AllOf(HasSubstr("\"a\":1"), HasSubstr("\"n\":5"), HasSubstr(" 404 ")));
  EXPECT_TRUE(eventually([&] { return served.connections() == 0; }, 5s));
  options.tls_key = folder / "missing.pem";
  EXPECT_THROW(Served(routes(), options), std::runtime_error);
}

}  // namespace
