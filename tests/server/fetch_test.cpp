// SPDX-License-Identifier: LGPL-2.1-or-later
// The outgoing HTTP client: where it goes, and where it never goes.
#include "lib/fetch/address.hpp"
#include "lib/fetch/client.hpp"
#include "support/website.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace {

using namespace std::chrono_literals;
using fetch::Answer;
using fetch::Client;
using Kind = fetch::Error::Kind;
using support::Website;

constexpr fetch::Limits plenty{1 << 20, 10s};

TEST(Address, IsOfTheInternetOrNot) {
  struct {
    char const* text;
    bool is_public;
  } const rows[] = {
      {"1.1.1.1", true},
      {"8.8.8.8", true},
      {"172.15.255.255", true},
      {"172.32.0.1", true},
      {"100.63.255.255", true},
      {"100.128.0.1", true},
      {"192.167.1.1", true},
      {"223.255.255.255", true},
      {"0.0.0.0", false},
      {"0.1.2.3", false},
      {"10.0.0.1", false},
      {"100.64.0.1", false},
      {"100.127.255.255", false},
      {"127.0.0.1", false},
      {"127.255.0.9", false},
      {"169.254.169.254", false},
      {"172.16.0.1", false},
      {"172.31.255.255", false},
      {"192.0.0.8", false},
      {"192.168.1.1", false},
      {"198.19.0.1", false},
      {"224.0.0.1", false},
      {"239.1.1.1", false},
      {"240.0.0.1", false},
      {"255.255.255.255", false},
      {"2606:4700::1111", true},
      {"2a00:1450::1", true},
      {"::", false},
      {"::1", false},
      {"::7f00:1", false},
      {"::ffff:1.1.1.1", true},
      {"::ffff:127.0.0.1", false},
      {"::ffff:10.1.1.1", false},
      {"64:ff9b::808:808", true},
      {"64:ff9b::a00:1", false},
      {"64:ff9b:1::1", false},
      {"2002:808:808::", true},
      {"2002:7f00:1::", false},
      {"2001::1", false},
      {"2001:db8::1", false},
      {"fc00::1", false},
      {"fd12:3456::1", false},
      {"fe80::1", false},
      {"fec0::1", false},
      {"ff02::1", false},
      {"100::1", false},
      {"2001:4860::8888", true},
      {"5f00::1", false},
  };
  for (auto const& row : rows) {
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(row.text);
    ASSERT_TRUE(address) << row.text;
    EXPECT_EQ(fetch::is_public(address), row.is_public) << row.text;
  }
}

class Fetch : public testing::Test {
 protected:
  Answer get(std::string const& url, fetch::Limits limits = plenty) {
    std::optional<Answer> came;
    auto const ticket = client_.get(url, limits, [&](Answer answer) { came = std::move(answer); });
    while (!came) g_main_context_iteration(nullptr, TRUE);
    return *came;
  }
  void expect(std::string const& url, Kind kind, fetch::Limits limits = plenty) {
    auto const answer = get(url, limits);
    ASSERT_TRUE(answer.error) << url;
    EXPECT_EQ(answer.error->kind(), kind) << url << ": " << answer.error->what();
    EXPECT_TRUE(answer.body.empty());
  }
  Website site_;
  Client client_{{.allow_private = true, .user_agent = "test", .silence = 1s}};
};

TEST_F(Fetch, ABody) {
  std::string const bytes(300'000, 'x');
  site_.put("/a?b=%20c", {bytes});
  auto const answer = get(site_.url("/a?b=%20c"));
  ASSERT_FALSE(answer.error);
  EXPECT_EQ(std::string(answer.body.begin(), answer.body.end()), bytes);
}

TEST_F(Fetch, RedirectsToAllowedPlacesOnly) {
  site_.put("/one", {"", 302, "Location: two\r\n"});
  site_.put("/two", {"", 307, "Location: " + site_.url("/three") + "\r\n"});
  site_.put("/three", {"there"});
  auto const answer = get(site_.url("/one"));
  EXPECT_EQ(std::string(answer.body.begin(), answer.body.end()), "there");
  for (auto const* to :
       {"file:///etc/passwd", "ftp://x/", "magnet:?xt=urn:btih:x", "data:text/plain,x", "//", "http://"}) {
    site_.put("/out", {"", 302, std::string("Location: ") + to + "\r\n"});
    expect(site_.url("/out"), Kind::forbidden);
  }
  site_.put("/nowhere", {"", 302});
  expect(site_.url("/nowhere"), Kind::forbidden);
  site_.put("/round", {"", 302, "Location: /round\r\n"});
  expect(site_.url("/round"), Kind::status);
}

TEST_F(Fetch, Failures) {
  expect(site_.url("/missing"), Kind::status);
  site_.put("/silent", {.body = "", .silent = true});
  expect(site_.url("/silent"), Kind::too_late);
  expect(site_.url("/silent"), Kind::too_late, {1000, 50ms});
  site_.put("/large", {std::string(1001, 'x')});
  expect(site_.url("/large"), Kind::too_large, {1000, 10s});
  site_.put("/endless", {.body = std::string(100'000, 'x'), .endless = true});
  expect(site_.url("/endless"), Kind::too_large);
  expect("http://no-such-host.invalid/", Kind::unreachable);
  expect("http://" + support::Endpoint{"127.0.0.1", support::free_port()}.str() + "/", Kind::unreachable);
  for (auto const* url : {"", "x", "ftp://host/", "file:///etc/passwd", "http://", "http:///x", "javascript:x"})
    EXPECT_THROW(fetch::check_url(url), fetch::Error) << url;
}

// Who leaves is told nothing, and the other server is left alone.
TEST_F(Fetch, CanBeCancelled) {
  site_.put("/endless", {.body = std::string(1000, 'x'), .endless = true});
  bool called = false;
  auto ticket = client_.get(site_.url("/endless"), {std::size_t{1} << 30, 60s}, [&](Answer const&) { called = true; });
  while (site_.asked().empty()) g_main_context_iteration(nullptr, TRUE);
  ticket.reset();
  for (int i = 0; i < 100; ++i) g_main_context_iteration(nullptr, FALSE);
  EXPECT_FALSE(called);
}

TEST_F(Fetch, ByRangesWithBreaks) {
  std::string bytes;
  for (int i = 0; i < 200'000; ++i) bytes += std::to_string(i);
  site_.put("/film", {.body = bytes,
                      .fields = "Content-Type: video/mp4; x=y\r\nContent-Disposition: inline; "
                                "filename=\"film.mp4\"\r\n",
                      .ranges = true});
  std::string got;
  fetch::Head head;
  bool over = false, full = false;
  fetch::Transfer::Listener listener;
  listener.head = [&](fetch::Head const& h) { return head = h, true; };
  listener.bytes = [&](std::span<char const> more) {
    got.append(more.begin(), more.end());
    full = true;
    return false;
  };
  listener.over = [&](std::optional<fetch::Error> const& error) {
    EXPECT_FALSE(error);
    over = true;
  };
  auto const transfer = client_.start({site_.url("/film"), 1000, 900'000}, listener);
  while (!over) {
    g_main_context_iteration(nullptr, TRUE);
    if (std::exchange(full, false)) transfer->resume();
  }
  EXPECT_EQ(got, bytes.substr(1000, 899'000));
  EXPECT_EQ(head.status, 206);
  EXPECT_EQ(head.begin, 1000);
  EXPECT_EQ(head.whole, static_cast<std::int64_t>(bytes.size()));
  EXPECT_EQ(head.type, "video/mp4");
  EXPECT_EQ(head.file_name, "film.mp4");
}

// The address is looked at, not the name: each of these leads to the site, and nobody ever knocks there.
TEST_F(Fetch, NeverToThisMachine) {
  site_.put("/", {"secret"});
  Client careful{{.allow_private = false, .user_agent = "test"}};
  auto const port = std::to_string(site_.endpoint().port);
  auto const host = site_.endpoint().host;
  for (std::string const& name : {host, std::string("localhost"), "[::ffff:" + host + "]"}) {
    std::optional<Answer> came;
    auto const ticket =
        careful.get("http://" + name + ":" + port + "/", plenty, [&](Answer answer) { came = std::move(answer); });
    while (!came) g_main_context_iteration(nullptr, TRUE);
    ASSERT_TRUE(came->error) << name;
    EXPECT_EQ(came->error->kind(), Kind::forbidden) << name << ": " << came->error->what();
  }
  EXPECT_EQ(site_.connections(), 0);
  EXPECT_FALSE(get("http://[::ffff:" + host + "]:" + port + "/").error) << "such a name does lead there";
}

TEST_F(Fetch, StaysOnItsHost) {
  site_.put("/here", {"", 302, "Location: /there\r\n"});
  site_.put("/there", {"there"});
  site_.put("/away", {"", 302, "Location: http://localhost:" + std::to_string(site_.endpoint().port) + "/there\r\n"});
  Client client{{.allow_private = true, .stay_on_host = true, .user_agent = "test"}};
  auto const ask = [&](std::string const& target) {
    std::optional<Answer> came;
    auto const ticket = client.get(site_.url(target), plenty, [&](Answer answer) { came = std::move(answer); });
    while (!came) g_main_context_iteration(nullptr, TRUE);
    return *came;
  };
  EXPECT_FALSE(ask("/here").error);
  ASSERT_TRUE(ask("/away").error);
  EXPECT_NE(std::string(ask("/away").error->what()).find("localhost"), std::string::npos);
}

TEST_F(Fetch, WhatHasNotChangedIsNotSentAgain) {
  site_.put("/list", {.body = "one", .fields = "ETag: \"1\"\r\n"});
  auto const ask = [&](std::string const& etag) {
    std::optional<Answer> came;
    auto const ticket = client_.get(
        site_.url("/list"), plenty, [&](Answer answer) { came = std::move(answer); }, etag);
    while (!came) g_main_context_iteration(nullptr, TRUE);
    return *came;
  };
  auto const first = ask("");
  EXPECT_EQ(first.etag, "\"1\"");
  EXPECT_FALSE(first.unchanged);
  auto const again = ask(first.etag);
  EXPECT_FALSE(again.error);
  EXPECT_TRUE(again.unchanged);
  EXPECT_TRUE(again.body.empty());
  EXPECT_FALSE(ask("\"2\"").unchanged);
}

// A proxy of the environment would connect for us, out of sight.
TEST_F(Fetch, UsesNoProxy) {
  Website proxy;
  g_setenv("http_proxy", proxy.url().c_str(), TRUE);
  site_.put("/", {"itself"});
  Client client{{.allow_private = true, .user_agent = "test"}};
  std::optional<Answer> came;
  auto const ticket = client.get(site_.url("/"), plenty, [&](Answer answer) { came = std::move(answer); });
  while (!came) g_main_context_iteration(nullptr, TRUE);
  g_unsetenv("http_proxy");
  EXPECT_EQ(std::string(came->body.begin(), came->body.end()), "itself");
  EXPECT_EQ(proxy.connections(), 0);
}

}  // namespace
