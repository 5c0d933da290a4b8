// SPDX-License-Identifier: LGPL-2.1-or-later
// Complete files over a real socket: libsoup writes the head, our threads the bytes.
#include "served.hpp"
#include "support/child.hpp"
#include "support/eventually.hpp"
#include "support/scripted_reader.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using support::eventually;
using support::KiB;
using support::MiB;
using support::Script;
using support::ScriptedReader;
using support::http::Connection;
using support::http::Request;

constexpr std::int64_t size = 32 * MiB;

long open_files() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
}

class FileTest : public testing::Test {
 protected:
  FileTest() { payload_.write(path_, size); }

  support::TempDir folder_;
  std::string path_ = folder_ / "film.mkv";
  support::Payload payload_{7};
  /// Other bytes than the file's: which ones came tells the way that they came.
  std::shared_ptr<Script> script_ = std::make_shared<Script>(support::payload_file("film.mkv", size, 1), true);
  bool whole_ = true;
  std::shared_ptr<int> companion_ = std::make_shared<int>(0);
  std::function<void()> end_;  ///< ends the last body from outside

  Served served_{{{"GET", "/file", http::Area::media, [this](http::Exchange& e) { stream(e); }},
                  {"GET", "/json", http::Area::manage,
                   [](http::Exchange& e) { e.reply(http::Response::data(json::Object().set("a", 1))); }}}};

  void stream(http::Exchange& e) {
    http::Material material{std::make_unique<ScriptedReader>(script_),
                            {{{"", {*e.request().number("from"), *e.request().number("to")}}}, ""},
                            {10s, 10s},
                            [] { return http::Failure(http::Fault::no_peers, "Nobody."); }};
    material.on_disk = http::OnDisk{path_, whole_};
    material.companion = companion_;
    end_ = e.wake([] { throw swarm::Error(swarm::Errc::removed, "Removed."); });
    e.stream({200, {}, {}}, std::move(material));
  }
  static std::string range(std::int64_t from, std::int64_t to) {
    return "/file?from=" + std::to_string(from) + "&to=" + std::to_string(to);
  }
  [[nodiscard]] bool same(std::int64_t from, std::string const& got) const { return payload_.matches(from, got); }
  /// A client whose body is stuck half-way.
  void ask_and_stop_reading(Connection& client) {
    client.set_receive_buffer(64 * 1024);
    client.send({.target = range(0, size)});
    EXPECT_EQ(client.read_head().status, 200);
    EXPECT_TRUE(same(0, client.read_exactly(100)));
  }
  /// What still comes, to the end.
  static std::string rest(Connection& client) {
    std::string all;
    try {
      for (auto more = client.read_some(65536); !more.empty(); more = client.read_some(65536)) all += more;
    } catch (std::exception const&) {
    }
    return all;
  }
  void expect_nothing_left() {
    EXPECT_TRUE(eventually([&] { return script_->readers() == 0 && companion_.use_count() == 1; }, 3s));
  }
};

TEST_F(FileTest, WholeAndRanges) {
  struct {
    std::int64_t from, to;
  } const cases[] = {{0, size}, {0, 1}, {size - 1, size}, {12345, 12346 + 5 * MiB}, {MiB, MiB + 512 * KiB}, {5, 5}};
  Connection client(served_.at());
  for (auto const& c : cases) {
    SCOPED_TRACE(c.from);
    auto got = client.ask({.target = range(c.from, c.to)});
    EXPECT_EQ(got.status(), 200);
    EXPECT_EQ(got["Content-Length"], std::to_string(c.to - c.from));
    EXPECT_TRUE(got.complete);
    EXPECT_TRUE(same(c.from, got.body));
  }
  EXPECT_EQ(script_->calls().try_reads, 0);
  expect_nothing_left();
}

// The guard of the trick with Content-Length: should a libsoup understand it after all, the second would never come.
TEST_F(FileTest, PipelinedRequestsAreAnsweredInOrder) {
  Connection client(served_.at());
  std::string all;
  for (auto const& target : {range(0, 1000), range(7, 20 * MiB), std::string("/json"), range(500, 600)})
    all += Request{.target = target}.text("localhost");
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

TEST_F(FileTest, ConnectionsThatEndWithTheAnswer) {
  Connection eleven(served_.at()), ten(served_.at()), kept(served_.at());
  auto got = eleven.ask({.target = range(3, 3 * MiB), .fields = {{"Connection", "close"}}});
  EXPECT_TRUE(got.complete);
  EXPECT_TRUE(same(3, got.body));
  EXPECT_TRUE(eleven.ended(2s));
  ten.send("GET " + range(0, MiB) + " HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(same(0, ten.read_response().body));
  EXPECT_TRUE(ten.ended(2s));
  for (int i = 0; i < 2; ++i) {
    kept.send("GET " + range(i, MiB) + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(same(i, kept.read_response().body));
  }
}

TEST_F(FileTest, LibsoupsOwnRangesAreOff) {
  auto got = support::http::get(served_.at(), range(0, 1000), {{"Range", "bytes=0-1"}});
  EXPECT_EQ(got.status(), 200);
  EXPECT_EQ(got.body.size(), 1000u);
}

TEST_F(FileTest, HalfClosedClientGetsItsBytes) {
  Connection client(served_.at());
  client.send({.target = range(0, 20 * MiB)});
  client.half_close();
  auto got = client.read_response();
  EXPECT_TRUE(got.complete);
  EXPECT_TRUE(same(0, got.body));
}

TEST_F(FileTest, ClientThatLeavesLeavesNothing) {
  ASSERT_TRUE(support::http::get(served_.at(), range(0, 1)).complete);
  ASSERT_TRUE(eventually([&] { return served_.connections() == 0; }, 5s));
  auto const before = open_files();
  for (bool reset : {false, true})
    for (int i = 0; i < 10; ++i) {
      Connection client(served_.at());
      ask_and_stop_reading(client);
      if (reset)
        client.reset();
      else
        client.close();
      expect_nothing_left();
    }
  EXPECT_TRUE(eventually([&] { return served_.connections() == 0; }, 5s));
  EXPECT_TRUE(eventually([&] { return open_files() == before; })) << open_files() << " instead of " << before;
}

TEST_F(FileTest, StuckClientsDoNotHoldUpOthers) {
  std::vector<std::unique_ptr<Connection>> stuck;
  for (int i = 0; i < 20; ++i) {
    stuck.push_back(std::make_unique<Connection>(served_.at()));
    ask_and_stop_reading(*stuck.back());
  }
  auto got = support::http::get(served_.at(), range(5, 25 * MiB));
  EXPECT_TRUE(got.complete);
  EXPECT_TRUE(same(5, got.body));
  for (auto& client : stuck) EXPECT_TRUE(same(100, client->read_exactly(3 * MiB)));
}

TEST_F(FileTest, ManyClientsAtOnce) {
  std::vector<std::thread> clients;
  std::atomic<int> right = 0;
  for (int i = 0; i < 20; ++i)
    clients.emplace_back([&, i] {
      Connection client(served_.at());
      for (int n = 0; n < 10; ++n) {
        std::int64_t from = (i * 7919 + n * 104729) % 20 * MiB + i, to = from + 1 + (i * n * 31337) % (3 * MiB);
        auto got = client.ask({.target = range(from, to)});
        if (got.complete && static_cast<std::int64_t>(got.body.size()) == to - from && same(from, got.body)) ++right;
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(right, 200);
  expect_nothing_left();
}

TEST_F(FileTest, WhatChangesIsCutShort) {
  struct {
    char const* what;
    bool whole;
    std::function<void()> change;
  } const cases[] = {
      {"shorter", true, [&] { std::filesystem::resize_file(path_, size / 2); }},
      {"shorter, and still growing before", false, [&] { std::filesystem::resize_file(path_, size / 2); }},
      {"longer", true, [&] { std::filesystem::resize_file(path_, size + 1); }},
      {"written to", true,
       [&] {
         auto const stamp = std::filesystem::last_write_time(path_);
         std::fstream(path_, std::ios::in | std::ios::out) << "x";
         std::filesystem::last_write_time(path_, stamp + 1s);
       }},
  };
  for (auto const& c : cases) {
    SCOPED_TRACE(c.what);
    payload_.write(path_, size);
    whole_ = c.whole;
    Connection client(served_.at());
    ask_and_stop_reading(client);
    c.change();
    auto more = rest(client);
    EXPECT_LT(static_cast<std::int64_t>(more.size()), size - 100);
    EXPECT_TRUE(client.ended(2s));
    expect_nothing_left();
  }
  EXPECT_EQ(support::http::get(served_.at(), "/json").status(), 200);
}

TEST_F(FileTest, AFileThatGrowsElsewhereGoesOn) {
  whole_ = false;
  Connection client(served_.at());
  ask_and_stop_reading(client);
  std::filesystem::resize_file(path_, size + MiB);
  auto more = client.read_exactly(size - 100);
  EXPECT_TRUE(same(100, more));
  EXPECT_EQ(client.ask({.target = "/json"}).status(), 200);
}

TEST_F(FileTest, DeletedFileIsSentToItsEnd) {
  Connection client(served_.at());
  ask_and_stop_reading(client);
  std::filesystem::remove(path_);
  EXPECT_TRUE(same(100, client.read_exactly(size - 100)));
}

TEST_F(FileTest, WhatIsNoSuchFileComesFromTheReader) {
  auto other = folder_ / "other";
  for (auto const& make : std::initializer_list<std::function<void()>>{
           [&] { std::filesystem::remove(path_); }, [&] { std::filesystem::create_symlink(other, path_); },
           [&] { std::filesystem::create_directory(path_); }, [&] { support::write_file(path_, "short"); }}) {
    std::filesystem::remove_all(path_);
    support::write_file(other, std::string(1000, 'x'));
    make();
    auto got = support::http::get(served_.at(), range(0, 1000));
    EXPECT_TRUE(got.complete);
    EXPECT_EQ(got.body, script_->content().bytes(0, 1000));
  }
}

// Bytes that went past libsoup would go past its TLS.
TEST_F(FileTest, TlsGetsChunks) {
  auto made = support::run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder_ / "key.pem",
                            "-out", folder_ / "cert.pem", "-days", "2", "-subj", "/CN=localhost"});
  ASSERT_TRUE(made.ok()) << made.err;
  http::Options options;
  options.tls_cert = folder_ / "cert.pem";
  options.tls_key = folder_ / "key.pem";
  Served served({{"GET", "/file", http::Area::media, [this](http::Exchange& e) { stream(e); }}}, options);
  auto to = "127.0.0.1:" + std::to_string(served.at().port);
  auto target = range(5, MiB);
  auto got = support::run({"curl", "-sk", "https://" + to + target});
  EXPECT_TRUE(got.ok());
  EXPECT_TRUE(got.out == script_->content().bytes({5, MiB}));
}

TEST_F(FileTest, WithoutDescriptors) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer looks at memory through a pipe, and without descriptors takes all of it for bad";
#endif
  Connection client(served_.at()), second(served_.at());
  for (auto* c : {&client, &second}) EXPECT_TRUE(same(0, c->ask({.target = range(0, 1000)}).body));
  expect_nothing_left();
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  for (int free : {0, 1}) {
    int const next = dup(0);
    close(next);
    rlimit few = before;
    few.rlim_cur = static_cast<rlim_t>(next + free);
    setrlimit(RLIMIT_NOFILE, &few);
    auto& asks = free ? client : second;
    auto got = asks.ask({.target = range(0, 1000)});
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(got.status(), 200);
    if (free == 0) {
      EXPECT_EQ(got.body, script_->content().bytes(0, 1000)) << "by chunks, if it can't be opened";
    } else {
      EXPECT_FALSE(got.complete) << "the socket could not be had twice";
      EXPECT_TRUE(asks.ended(2s));
    }
  }
  EXPECT_TRUE(same(0, support::http::get(served_.at(), range(0, 1000)).body));
}

TEST_F(FileTest, ItsTorrentsEndEndsIt) {
  Connection client(served_.at());
  ask_and_stop_reading(client);
  end_();
  EXPECT_LT(static_cast<std::int64_t>(rest(client).size()), size - 100);
  EXPECT_TRUE(client.ended(2s));
  expect_nothing_left();
}

TEST_F(FileTest, StopEndsStreams) {
  Connection client(served_.at()), fresh(served_.at());
  ask_and_stop_reading(client);
  fresh.send({.target = range(0, size)});
  served_.stop();
  EXPECT_EQ(script_->readers(), 0);
  EXPECT_LT(static_cast<std::int64_t>(rest(client).size()), size - 100);
  EXPECT_LT(static_cast<std::int64_t>(rest(fresh).size()), size);
}

}  // namespace
