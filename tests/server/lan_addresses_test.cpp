// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/lan_addresses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using http::lan_addresses;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<http::OwnAddress> const machine = {{"127.0.0.1"},         {"::1"},         {"172.17.0.1"},
                                               {"192.168.1.5", true}, {"169.254.3.4"}, {"2001:db8::5", true},
                                               {"fe80::5", true}};

TEST(LanAddresses, WhatATvReachesTheWayOutFirst) {
  EXPECT_THAT(lan_addresses("::", machine), ElementsAre("192.168.1.5", "172.17.0.1"));
  EXPECT_THAT(lan_addresses("0.0.0.0", machine), ElementsAre("192.168.1.5", "172.17.0.1"));
}

TEST(LanAddresses, ABoundServerHasOne) {
  EXPECT_THAT(lan_addresses("192.168.1.5", machine), ElementsAre("192.168.1.5"));
  EXPECT_THAT(lan_addresses("127.0.0.1", machine), IsEmpty());
  EXPECT_THAT(lan_addresses("::1", machine), IsEmpty());
}

TEST(LanAddresses, IPv6WhereThereIsNothingElse) {
  std::vector<http::OwnAddress> const modern = {{"127.0.0.1"}, {"::1"}, {"fe80::5"}, {"2001:db8::5"}};
  EXPECT_THAT(lan_addresses("::", modern), ElementsAre("2001:db8::5"));
  EXPECT_THAT(lan_addresses("0.0.0.0", modern), IsEmpty());
}

TEST(LanAddresses, ThisMachineHasLoopback) {
  EXPECT_THAT(http::own_addresses(),
              testing::Contains(testing::Field(&http::OwnAddress::text, testing::Eq("127.0.0.1"))));
}

}  // namespace
