// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/proxies.hpp"

#include <gtest/gtest.h>

namespace {

using http::Client;
using http::Forwarding;
using http::Proxies;

Proxies const ours({"127.0.0.1", "10.0.0.0/8", "fd00::/8"});
Client const from_proxy{"127.0.0.1", "http", "backend:7000"};

TEST(Proxies, Networks) {
  EXPECT_TRUE(ours.trust("127.0.0.1"));
  EXPECT_FALSE(ours.trust("127.0.0.2"));
  EXPECT_TRUE(ours.trust("10.9.8.7"));
  EXPECT_TRUE(ours.trust("::ffff:10.9.8.7")) << "of a listener for both";
  EXPECT_TRUE(ours.trust("fd00::1"));
  EXPECT_FALSE(ours.trust(""));
  EXPECT_FALSE(ours.trust("proxy"));
  EXPECT_FALSE(Proxies().trust("127.0.0.1"));
  EXPECT_THROW(Proxies({"10.0.0.0/33"}), std::runtime_error);
}

TEST(Proxies, OthersAreNotBelieved) {
  Forwarding const said{"", "8.8.8.8", "https", "evil.example"};
  auto const client = ours.client_behind({"9.9.9.9", "http", "here"}, said);
  EXPECT_EQ(client.address, "9.9.9.9");
  EXPECT_EQ(client.scheme, "http");
  EXPECT_EQ(client.host, "here");
  EXPECT_EQ(Proxies().client_behind(from_proxy, said).address, "127.0.0.1");
}

TEST(Proxies, XForwarded) {
  auto client = ours.client_behind(from_proxy, {"", "203.0.113.9", "https", "films.example.com"});
  EXPECT_EQ(client.address, "203.0.113.9");
  EXPECT_EQ(client.scheme, "https");
  EXPECT_EQ(client.host, "films.example.com");
  client = ours.client_behind(from_proxy, {"", "203.0.113.9", "gopher", ""});
  EXPECT_EQ(client.scheme, "http");
  EXPECT_EQ(client.host, "backend:7000");
  // What the client wrote before the first proxy of ours counts nothing.
  client = ours.client_behind(from_proxy, {"", "127.0.0.1, 192.168.0.5, 203.0.113.9, 10.1.1.1", "", ""});
  EXPECT_EQ(client.address, "203.0.113.9");
  client = ours.client_behind(from_proxy, {"", "", "https", "films.example.com"});
  EXPECT_EQ(client.host, "backend:7000") << "a proxy that does not say for whom";
}

TEST(Proxies, Forwarded) {
  auto client =
      ours.client_behind(from_proxy, {"for=203.0.113.9:4711;proto=https;host=\"films.example.com:8443\";by=10.0.0.1",
                                      "9.9.9.9, 203.0.113.9", "http", ""});
  EXPECT_EQ(client.address, "203.0.113.9") << "both say the same";
  EXPECT_EQ(client.scheme, "https");
  EXPECT_EQ(client.host, "films.example.com:8443");
  client = ours.client_behind(from_proxy, {"FOR=\"[2001:db8::7]:80\";Proto=http", "", "", ""});
  EXPECT_EQ(client.address, "2001:db8::7");
  client = ours.client_behind(from_proxy, {"for=1.2.3.4;host=spoofed, for=\"_a,b\", for=10.0.0.2", "", "", ""});
  EXPECT_EQ(client.address, "") << "hidden: no local client for sure";
  client = ours.client_behind(from_proxy, {"for=127.0.0.1;host=localhost", "203.0.113.9", "", ""});
  EXPECT_EQ(client.address, "") << "one of them is the client's own word";
  for (auto const* forged : {"127.0.0.1:\", 203.0.113.9", "[::1]\", 203.0.113.9", "127.0.0.1:x, 203.0.113.9"}) {
    client = ours.client_behind(from_proxy, {"", forged, "", ""});
    EXPECT_EQ(client.address, "203.0.113.9") << forged;
  }
  client = ours.client_behind(from_proxy, {"for=127.0.0.1;x=\", for=203.0.113.9", "", "", ""});
  EXPECT_EQ(client.address, "");
  for (auto const* odd : {"", ";;,,", "for", "for=", "for=\"", "for=[", "for=:::", "=x", "proto=https"})
    EXPECT_NO_THROW((void)ours.client_behind(from_proxy, {odd, "", "", ""})) << odd;
}

}  // namespace
