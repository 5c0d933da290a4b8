// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/request_rate.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using http::RequestRate;

TEST(RequestRate, ManyAtOnceThenSoManyASecond) {
  RequestRate rate(5);
  RequestRate::Time now{1h};
  for (int i = 0; i < 50; ++i) EXPECT_EQ(rate.charge("192.168.0.1", now), 0) << i;
  EXPECT_EQ(rate.charge("192.168.0.1", now), 1);
  EXPECT_EQ(rate.charge("192.168.0.2", now), 0) << "another client";
  now += 1s;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(rate.charge("192.168.0.1", now), 0) << i;
  EXPECT_EQ(rate.charge("192.168.0.1", now), 1);
}

TEST(RequestRate, AHostHasANetworkOfIpv6) {
  RequestRate rate(1);
  RequestRate::Time const now{1h};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(rate.charge("2001:db8:1:2::" + std::to_string(i), now), 0);
  EXPECT_GT(rate.charge("2001:db8:1:2:ffff::1", now), 0);
  EXPECT_EQ(rate.charge("2001:db8:1:3::1", now), 0);
  EXPECT_EQ(rate.charge("::ffff:10.0.0.1", now), 0);
}

TEST(RequestRate, ForgetsWhoIsQuiet) {
  RequestRate rate(10);
  RequestRate::Time now{1h};
  for (int i = 0; i < 5000; ++i) rate.charge("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), now);
  EXPECT_EQ(rate.remembered(), 5000u);
  now += 11s;
  rate.charge("10.9.9.9", now);
  EXPECT_EQ(rate.remembered(), 1u);
}

TEST(RequestRate, NoLimit) {
  RequestRate rate(0);
  for (int i = 0; i < 100000; ++i) ASSERT_EQ(rate.charge("10.0.0.1", {}), 0);
  EXPECT_EQ(rate.remembered(), 0u);
}

}  // namespace
