// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/admission.hpp"

#include "http/errors.hpp"

#include <gtest/gtest.h>

namespace {

using http::Area;
using http::Fault;
using http::Rules;
using http::Visitor;

/// 0 if it may come in, else the status.
int status(Rules const& rules, Visitor const& visitor, Area area = Area::manage) {
  try {
    http::admit(rules, visitor, area);
    return 0;
  } catch (http::Failure const& failure) {
    return http::problem(failure.fault()).status;
  }
}

Visitor visitor(std::string address, std::string method = "GET") { return {address, method, "localhost:7000"}; }

TEST(Admission, LocalAddresses) {
  for (auto address :
       {"127.0.0.1", "127.9.8.7", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.3.4", "::1",
        "fe80::1", "fe80::1%eth0", "fd00::1", "::ffff:192.168.1.1", "::FFFF:127.0.0.1"})
    EXPECT_TRUE(http::local_address(address)) << address;
  for (auto address : {"8.8.8.8", "172.32.0.1", "172.15.0.1", "192.169.0.1", "100.64.0.1", "2001:db8::1",
                       "::ffff:8.8.8.8", "", "garbage", "::", "0.0.0.0"})
    EXPECT_FALSE(http::local_address(address)) << address;
}

TEST(Admission, WithoutTokenOnlyLocalOnes) {
  EXPECT_EQ(status({}, visitor("192.168.1.7")), 0);
  EXPECT_EQ(status({}, visitor("8.8.8.8")), 403);
  EXPECT_EQ(status({}, visitor("8.8.8.8"), Area::open), 403);
}

TEST(Admission, Hosts) {
  Rules rules{.allowed_hosts = {"films.example.com"}, .own_name = "Box.lan.example"};
  for (auto host :
       {"", "localhost", "LOCALHOST:7000", "127.0.0.1:7000", "[::1]:7000", "[fe80::1]", "tv", "tv:80", "tv.local",
        "tv.local.", "x.localhost", "films.example.com", "Films.Example.com:443", "box.lan.example:7000", "8.8.8.8"})
    EXPECT_TRUE(http::own_host(rules, host)) << host;
  for (auto host :
       {"evil.example.com", "films.example.com.evil.net", "local.evil.com", "127.0.0.1.nip.io", ":7000", "."})
    EXPECT_FALSE(http::own_host(rules, host)) << host;
  EXPECT_TRUE(http::own_host({.allowed_hosts = {"*"}}, "evil.example.com"));
  auto rebound = visitor("127.0.0.1");
  rebound.host = "evil.example.com";
  EXPECT_EQ(status(rules, rebound), 421);
  EXPECT_EQ(status(rules, rebound, Area::media), 421);
  rules.api_token = rebound.bearer = "secret";
  EXPECT_EQ(status(rules, rebound), 0) << "the token proves that it is no rebinding";
}

TEST(Admission, Token) {
  Rules rules{.api_token = "secret"};
  auto far = visitor("8.8.8.8");
  EXPECT_EQ(status(rules, far), 401);
  EXPECT_EQ(status(rules, visitor("127.0.0.1")), 401);
  EXPECT_EQ(status(rules, far, Area::open), 0);
  far.bearer = "secret";
  EXPECT_EQ(status(rules, far), 0);
  far.bearer = "secreT";
  EXPECT_EQ(status(rules, far), 401);
  far.bearer = "secret1";
  EXPECT_EQ(status(rules, far), 401);
  far.bearer = "";
  far.token = "secret";
  EXPECT_EQ(status(rules, far), 0);
  far.method = "POST";
  EXPECT_EQ(status(rules, far), 401) << "?token= is for reading";
}

TEST(Admission, StreamToken) {
  // echo -n stream | openssl dgst -sha256 -hmac secret
  EXPECT_EQ(http::stream_token("secret"), "2777e602b0e21925c7cc1475aa6a5bc8b166f980de5e3962351df0e728a9b8d5");
  EXPECT_EQ(http::stream_token(""), "");
  Rules rules{.api_token = "secret"};
  auto player = visitor("8.8.8.8");
  player.token = http::stream_token("secret");
  EXPECT_EQ(status(rules, player, Area::media), 0);
  EXPECT_EQ(status(rules, player, Area::manage), 401);
  player.method = "HEAD";
  EXPECT_EQ(status(rules, player, Area::media), 0);
  player.method = "DELETE";
  EXPECT_EQ(status(rules, player, Area::media), 401);
  EXPECT_FALSE(http::shows_token(rules, player));
}

TEST(Admission, Origins) {
  Rules rules{.cors_origins = {"https://ui.example.com"}};
  auto page = visitor("127.0.0.1", "POST");
  EXPECT_EQ(status(rules, page), 0) << "no browser";
  page.origin = "http://localhost:7000";
  EXPECT_EQ(status(rules, page), 0) << "our own page";
  page.origin = "https://ui.example.com";
  EXPECT_EQ(status(rules, page), 0);
  for (auto origin : {"https://evil.example.com", "null", "http://localhost:7001", "http://localhost", "garbage"}) {
    page.origin = origin;
    EXPECT_EQ(status(rules, page), 403) << origin;
    page.method = "GET";
    EXPECT_EQ(status(rules, page), 0) << origin;
    page.method = "OPTIONS";
    EXPECT_EQ(status(rules, page), 0) << origin;
    page.method = "POST";
  }
  rules.api_token = page.bearer = "secret";
  EXPECT_EQ(status(rules, page), 0);
  EXPECT_EQ(http::allowed_origin(rules, "https://UI.example.com"), "https://UI.example.com");
  EXPECT_EQ(http::allowed_origin(rules, "https://evil.example.com"), "");
  EXPECT_EQ(http::allowed_origin({.cors_origins = {"*"}}, "https://a.b"), "https://a.b");
  EXPECT_EQ(http::allowed_origin({.cors_origins = {"*"}}, ""), "");
}

}  // namespace
