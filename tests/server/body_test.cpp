// SPDX-License-Identifier: LGPL-2.1-or-later
// Bodies over a real socket, from a byte source whose bytes come when the test says so.
#include "http/body.hpp"

#include "http/range.hpp"
#include "served.hpp"
#include "support/eventually.hpp"
#include "support/scripted_reader.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using support::eventually;
using support::KiB;
using support::MiB;
using support::Script;
using support::ScriptedReader;

constexpr std::int64_t size = 64 * MiB;

class BodyTest : public testing::Test {
 protected:
  std::shared_ptr<Script> script_ = std::make_shared<Script>(support::payload_file("film.mkv", size));
  http::Waits waits_{300ms, 300ms};

  /// "/bytes?from=&to=": that range. "/parts?from=&to=": two ranges of 1000 bytes there as multipart.
  Served served_{{{"GET", "/bytes", http::Area::media, [this](http::Exchange& e) { stream(e, false); }},
                  {"GET", "/parts", http::Area::media, [this](http::Exchange& e) { stream(e, true); }},
                  {"GET", "/json", http::Area::manage,
                   [](http::Exchange& e) { e.reply(http::Response::data(json::Object().set("a", 1))); }}}};

  void stream(http::Exchange& e, bool parts) {
    auto from = *e.request().number("from"), to = *e.request().number("to");
    http::Plan plan{{{"", {from, to}}}, ""};
    if (parts) plan = http::multipart({{from, from + 1000}, {to, to + 1000}}, size, "video/x-matroska", "BOUNDARY");
    http::Response head{parts ? 206 : 200, {}, {}};
    if (parts) head.set("Content-Type", "multipart/byteranges; boundary=BOUNDARY");
    e.stream(std::move(head), {std::make_unique<ScriptedReader>(script_), std::move(plan), waits_,
                               [] { return http::Failure(http::Fault::no_peers, "Nobody."); }});
  }
  static std::string range(std::int64_t from, std::int64_t to, char const* path = "/bytes") {
    return path + ("?from=" + std::to_string(from)) + "&to=" + std::to_string(to);
  }
  [[nodiscard]] bool same(std::int64_t from, std::string const& got) const {
    return got == script_->content().bytes(from, got.size());
  }
};

TEST_F(BodyTest, CompleteFile) {
  script_->open_all();
  auto got = support::http::get(served_.at(), range(0, size));
  EXPECT_EQ(got.status(), 200);
  EXPECT_EQ(got["Content-Length"], std::to_string(size));
  EXPECT_TRUE(got.complete);
  EXPECT_TRUE(same(0, got.body));
  EXPECT_TRUE(eventually([&] { return script_->readers() == 0; }));
}

TEST_F(BodyTest, WantsNothingBeyondItsRange) {
  script_->open_all();
  auto got = support::http::get(served_.at(), range(1 * MiB + 7, 2 * MiB - 3));
  EXPECT_TRUE(same(1 * MiB + 7, got.body));
  EXPECT_EQ(static_cast<std::int64_t>(got.body.size()), MiB - 10);
  auto calls = script_->calls();
  EXPECT_EQ(calls.seeks, std::vector<std::int64_t>{1 * MiB + 7});
  EXPECT_EQ(calls.ends, std::vector<std::optional<std::int64_t>>{2 * MiB - 3});
  EXPECT_EQ(calls.bytes, MiB - 10);
}

TEST_F(BodyTest, Multipart) {
  support::http::Connection client(served_.at());
  client.send({.target = range(100, 40 * MiB, "/parts")});
  ASSERT_TRUE(eventually([&] { return script_->wake_pending(); }));
  script_->open({100, 600});
  auto head = client.read_head();
  script_->open({600, 1100});
  ASSERT_TRUE(eventually([&] { return script_->calls().seeks.size() == 2 && script_->wake_pending(); }));
  EXPECT_EQ(script_->calls().ends.back(), 40 * MiB + 1000);
  script_->open({40 * MiB, 40 * MiB + 1000});
  auto got = client.read_body(head);
  ASSERT_TRUE(got.complete);
  auto parts = support::http::parts(got);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0]["Content-Range"], "bytes 100-1099/" + std::to_string(size));
  EXPECT_TRUE(same(100, parts[0].body));
  EXPECT_TRUE(same(40 * MiB, parts[1].body));
  EXPECT_EQ(parts[1].body.size(), 1000u);
}

TEST_F(BodyTest, GrowingFileBlockByBlock) {
  waits_ = {10s, 10s};
  support::http::Connection client(served_.at());
  client.send({.target = range(0, 4 * MiB)});
  std::string body;
  for (std::int64_t at = 0; at < 4 * MiB; at += 16 * KiB) {
    ASSERT_TRUE(eventually([&] { return script_->wake_pending(); }));
    script_->open({at, at + 16 * KiB});
    if (at == 0) {
      EXPECT_EQ(client.read_head().status, 200);
    }
    body += client.read_exactly(16 * KiB);
  }
  EXPECT_TRUE(same(0, body));
  EXPECT_EQ(static_cast<std::int64_t>(body.size()), 4 * MiB);
}

TEST_F(BodyTest, HeadWaitsForTheFirstBytes) {
  waits_.first_byte = 10s;
  support::http::Connection client(served_.at());
  client.send({.target = range(0, 1000)});
  ASSERT_TRUE(eventually([&] { return script_->wake_pending(); }));
  client.set_timeout(100ms);
  EXPECT_THROW(client.read_head(), support::http::Failure) << "nothing may come before there are bytes";
  client.set_timeout(10s);
  script_->open({0, 1});
  EXPECT_EQ(client.read_head().status, 200);
  EXPECT_TRUE(same(0, client.read_exactly(1)));
}

TEST_F(BodyTest, NoFirstByteInTime) {
  support::http::Connection client(served_.at());
  auto got = client.ask({.target = range(0, 1000)});
  EXPECT_EQ(got.status(), 504);
  EXPECT_NE(got.body.find("\"code\":\"no_peers\""), std::string::npos) << got.body;
  EXPECT_FALSE(got["Retry-After"].empty());
  EXPECT_TRUE(eventually([&] { return script_->readers() == 0; }));
  EXPECT_EQ(client.ask({.target = "/json"}).status(), 200) << "the connection lives on";
}

TEST_F(BodyTest, StallCutsShort) {
  script_->open({0, 100 * KiB});
  auto got = support::http::get(served_.at(), range(0, MiB));
  EXPECT_EQ(got.status(), 200);
  EXPECT_EQ(got["Content-Length"], std::to_string(MiB));
  EXPECT_FALSE(got.complete);
  EXPECT_EQ(static_cast<std::int64_t>(got.body.size()), 100 * KiB) << "all that was there, and not a byte more";
  EXPECT_TRUE(same(0, got.body));
  EXPECT_TRUE(eventually([&] { return script_->readers() == 0; }));
}

TEST_F(BodyTest, FailureBeforeTheHeadIsAnAnswer) {
  script_->fail(swarm::Error(swarm::Errc::no_space, "/secret/path is full."));
  auto got = support::http::get(served_.at(), range(0, 1000));
  EXPECT_EQ(got.status(), 507);
  EXPECT_NE(got.body.find("no_space"), std::string::npos);
  EXPECT_EQ(got.body.find("/secret"), std::string::npos) << "paths of the host are nobody's business";
}

TEST_F(BodyTest, FailureAfterTheHeadCutsShort) {
  waits_ = {10s, 10s};
  script_->open({0, 500 * KiB});
  script_->fail(swarm::Error(swarm::Errc::removed, "Removed."), 500 * KiB);
  auto got = support::http::get(served_.at(), range(0, MiB));
  EXPECT_EQ(got.status(), 200);
  EXPECT_FALSE(got.complete);
  EXPECT_EQ(static_cast<std::int64_t>(got.body.size()), 500 * KiB);
  EXPECT_TRUE(same(0, got.body));
}

TEST_F(BodyTest, ClientThatLeavesTakesItsReader) {
  waits_ = {0ms, 0ms};
  struct {
    char const* when;
    std::int64_t there;
    bool reset;
  } cases[] = {{"before the first byte", 0, false},     {"before the first byte, by reset", 0, true},
               {"in a stall", 100 * KiB, false},        {"in a stall, by reset", 100 * KiB, true},
               {"while it is being sent", size, false}, {"while it is being sent, by reset", size, true}};
  for (auto const& c : cases) {
    SCOPED_TRACE(c.when);
    script_->close({0, size});
    script_->open({0, c.there});
    support::http::Connection client(served_.at());
    client.set_receive_buffer(4096);
    client.send({.target = range(0, size)});
    ASSERT_TRUE(eventually([&] { return script_->readers() == 1; }));
    if (c.there == size)
      client.read_exactly(100);
    else
      ASSERT_TRUE(eventually([&] { return script_->wake_pending(); }));
    if (c.reset)
      client.reset();
    else
      client.close();
    EXPECT_TRUE(eventually([&] { return script_->readers() == 0; }, 2s));
  }
  EXPECT_TRUE(eventually([&] { return served_.connections() == 0; }, 3s));
}

TEST_F(BodyTest, HalfClosedClientGetsItsBytes) {
  script_->open_all();
  support::http::Connection client(served_.at());
  client.send({.target = range(0, 8 * MiB)});
  client.half_close();
  auto got = client.read_response();
  EXPECT_TRUE(got.complete);
  EXPECT_TRUE(same(0, got.body));
}

TEST_F(BodyTest, SlowReaderHoldsOneChunk) {
  script_->open_all();
  support::http::Connection client(served_.at());
  client.set_receive_buffer(4096);
  client.send({.target = range(0, size)});
  client.read_head();
  // Who would read ahead without end has read as much for this one by then.
  ASSERT_TRUE(support::http::get(served_.at(), range(0, size)).complete);
  EXPECT_LT(script_->calls().bytes - size, 12 * MiB);
  EXPECT_TRUE(same(0, client.read_exactly(200 * 1024)));
}

TEST_F(BodyTest, SlowReaderDoesNotHoldUpOthers) {
  script_->open_all();
  support::http::Connection stuck(served_.at());
  stuck.set_receive_buffer(4096);
  stuck.send({.target = range(0, size)});
  stuck.read_head();
  auto got = support::http::get(served_.at(), range(5, 5 * MiB));
  EXPECT_TRUE(got.complete);
  EXPECT_TRUE(same(5, got.body));
}

TEST_F(BodyTest, PipelinedRequestsAreAnsweredInOrder) {
  script_->open_all();
  support::http::Connection client(served_.at());
  std::string all;
  for (auto const& target : {range(0, 1000), range(7, 20 * MiB), std::string("/json"), range(500, 600)})
    all += support::http::Request{.target = target}.text("localhost");
  client.send(all);
  EXPECT_TRUE(same(0, client.read_response().body));
  auto large = client.read_response();
  EXPECT_TRUE(large.complete);
  EXPECT_TRUE(same(7, large.body));
  EXPECT_EQ(client.read_response().status(), 200);
  auto last = client.read_response();
  EXPECT_EQ(last.body.size(), 100u);
  EXPECT_TRUE(same(500, last.body));
}

TEST_F(BodyTest, ManyClientsAtOnce) {
  script_->open_all();
  std::vector<std::thread> clients;
  std::atomic<int> right = 0;
  for (int i = 0; i < 20; ++i)
    clients.emplace_back([&, i] {
      support::http::Connection client(served_.at());
      for (int n = 0; n < 10; ++n) {
        std::int64_t from = (i * 7919 + n * 104729) % 50 * MiB + i, to = from + 1 + (i * n * 31337) % (3 * MiB);
        auto got = client.ask({.target = range(from, to)});
        if (got.complete && static_cast<std::int64_t>(got.body.size()) == to - from && same(from, got.body)) ++right;
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(right, 200);
}

TEST_F(BodyTest, StopEndsStreams) {
  waits_ = {0ms, 0ms};
  script_->open({0, MiB});
  support::http::Connection waiting(served_.at()), streaming(served_.at());
  waiting.send({.target = range(2 * MiB, 3 * MiB)});
  streaming.send({.target = range(0, 3 * MiB)});
  streaming.read_head();
  ASSERT_TRUE(eventually([&] { return script_->readers() == 2; }));
  served_.stop();
  EXPECT_EQ(script_->readers(), 0);
  EXPECT_TRUE(waiting.ended(2s));
}

}  // namespace
