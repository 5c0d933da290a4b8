// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/lan_addresses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using http::lan_addresses;
using http::Visitors;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<http::OwnAddress> const machine = {{"127.0.0.1"},         {"::1"},         {"172.17.0.1"},
                                               {"192.168.1.5", true}, {"169.254.3.4"}, {"2001:db8::5", true},
                                               {"fe80::5", true}};

TEST(LanAddresses, WhatATvReachesTheWayOutFirst) {
  EXPECT_THAT(lan_addresses("::", machine, Visitors::all), ElementsAre("192.168.1.5", "172.17.0.1"));
  EXPECT_THAT(lan_addresses("0.0.0.0", machine, Visitors::all), ElementsAre("192.168.1.5", "172.17.0.1"));
}

TEST(LanAddresses, ABoundServerHasOne) {
  EXPECT_THAT(lan_addresses("192.168.1.5", machine, Visitors::all), ElementsAre("192.168.1.5"));
  EXPECT_THAT(lan_addresses("127.0.0.1", machine, Visitors::all), IsEmpty());
  EXPECT_THAT(lan_addresses("::1", machine, Visitors::all), IsEmpty());
}

TEST(LanAddresses, IPv6WhereThereIsNothingElse) {
  std::vector<http::OwnAddress> const modern = {{"127.0.0.1"}, {"::1"}, {"fe80::5"}, {"2001:db8::5"}};
  EXPECT_THAT(lan_addresses("::", modern, Visitors::all), ElementsAre("2001:db8::5"));
  EXPECT_THAT(lan_addresses("0.0.0.0", modern, Visitors::all), IsEmpty());
}

TEST(LanAddresses, NoneAtWhichVisitorsAreRefused) {
  std::vector<http::OwnAddress> const mixed = {{"192.0.2.2", true}, {"10.0.0.5"}, {"2001:db8::5", true}};
  EXPECT_THAT(lan_addresses("0.0.0.0", mixed, Visitors::all), ElementsAre("192.0.2.2", "10.0.0.5"));
  EXPECT_THAT(lan_addresses("0.0.0.0", mixed, Visitors::local), ElementsAre("10.0.0.5"));
  EXPECT_THAT(lan_addresses("192.0.2.2", mixed, Visitors::local), IsEmpty());
  EXPECT_THAT(lan_addresses("::", {{"192.0.2.2"}, {"fd00::5"}}, Visitors::local), ElementsAre("fd00::5"));
}

TEST(LanAddresses, ThisMachineHasLoopback) {
  EXPECT_THAT(http::own_addresses(),
              testing::Contains(testing::Field(&http::OwnAddress::text, testing::Eq("127.0.0.1"))));
}

}  // namespace
