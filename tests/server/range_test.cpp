// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/range.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using http::select_ranges;
using Kind = http::Selection::Kind;
using Ranges = std::vector<swarm::ByteRange>;

struct Case {
  std::string header;
  std::int64_t size;
  Kind kind;
  Ranges ranges = {};
};

class RangeTest : public testing::TestWithParam<Case> {};

TEST_P(RangeTest, Selects) {
  auto const& c = GetParam();
  auto got = select_ranges(c.header, c.size);
  EXPECT_EQ(got.kind, c.kind) << c.header;
  if (c.kind == Kind::parts) {
    EXPECT_EQ(got.ranges, c.ranges) << c.header;
  }
}

std::string const many16 =
    "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30";

INSTANTIATE_TEST_SUITE_P(
    Valid, RangeTest,
    testing::Values(
        Case{"bytes=0-0", 1000, Kind::parts, {{0, 1}}}, Case{"bytes=0-499", 1000, Kind::parts, {{0, 500}}},
        Case{"bytes=500-", 1000, Kind::parts, {{500, 1000}}}, Case{"bytes=-300", 1000, Kind::parts, {{700, 1000}}},
        Case{"bytes=-2000", 1000, Kind::parts, {{0, 1000}}}, Case{"bytes=0-999999", 1000, Kind::parts, {{0, 1000}}},
        Case{"bytes=999-", 1000, Kind::parts, {{999, 1000}}}, Case{"BYTES=0-1", 1000, Kind::parts, {{0, 2}}},
        Case{"bytes= 0-1 , 5-6 ", 1000, Kind::parts, {{0, 2}, {5, 7}}},
        Case{"bytes=,0-1,,5-6,", 1000, Kind::parts, {{0, 2}, {5, 7}}},
        Case{"bytes=5-6,0-1", 1000, Kind::parts, {{5, 7}, {0, 2}}},
        Case{"bytes=0-1,2-3", 1000, Kind::parts, {{0, 2}, {2, 4}}},
        Case{"bytes=0-1,-1", 1000, Kind::parts, {{0, 2}, {999, 1000}}},
        Case{"bytes=0-1,5000-", 1000, Kind::parts, {{0, 2}}},
        Case{"bytes=0-99999999999999999999999999", 1000, Kind::parts, {{0, 1000}}},
        Case{"bytes=-99999999999999999999999999", 1000, Kind::parts, {{0, 1000}}},
        Case{"bytes=00000000000000000000000000001-2", 1000, Kind::parts, {{1, 3}}},
        Case{"bytes=0-9223372036854775807", 1000, Kind::parts, {{0, 1000}}},
        Case{"bytes=5000000000-5000000001", 6000000000, Kind::parts, {{5000000000, 5000000002}}}));

INSTANTIATE_TEST_SUITE_P(
    Ignored, RangeTest,
    testing::Values(Case{"", 1000, Kind::whole}, Case{"bytes", 1000, Kind::whole}, Case{"bytes=", 1000, Kind::whole},
                    Case{"bytes=,", 1000, Kind::whole}, Case{"bytes=-", 1000, Kind::whole},
                    Case{"bytes=a-b", 1000, Kind::whole}, Case{"bytes=5-2", 1000, Kind::whole},
                    Case{"bytes=0-1-2", 1000, Kind::whole}, Case{"bytes=--1", 1000, Kind::whole},
                    Case{"bytes=1", 1000, Kind::whole}, Case{"bytes=0 - 1", 1000, Kind::whole},
                    Case{"bytes=0x1-2", 1000, Kind::whole}, Case{"bytes=+1-2", 1000, Kind::whole},
                    Case{"bytes 0-1", 1000, Kind::whole}, Case{"bytes =0-1", 1000, Kind::whole},
                    Case{"items=0-1", 1000, Kind::whole}, Case{"bytes=0-1, bytes=2-3", 1000, Kind::whole},
                    Case{"bytes=0-1;2-3", 1000, Kind::whole}, Case{"bytes=0-10,5-20", 1000, Kind::whole},
                    Case{"bytes=0-,-1", 1000, Kind::whole}, Case{"bytes=0-0,0-0", 1000, Kind::whole},
                    Case{many16 + ",32-32", 1000, Kind::whole}, Case{"bytes=0-1,x", 1000, Kind::whole}));

INSTANTIATE_TEST_SUITE_P(Unsatisfiable, RangeTest,
                         testing::Values(Case{"bytes=1000-", 1000, Kind::unsatisfiable},
                                         Case{"bytes=1000-1001", 1000, Kind::unsatisfiable},
                                         Case{"bytes=-0", 1000, Kind::unsatisfiable},
                                         Case{"bytes=99999999999999999999-", 1000, Kind::unsatisfiable},
                                         Case{"bytes=2000-,3000-", 1000, Kind::unsatisfiable},
                                         Case{"bytes=0-", 0, Kind::unsatisfiable},
                                         Case{"bytes=-5", 0, Kind::unsatisfiable}));

TEST(Range, SixteenAreStillParts) {
  auto got = select_ranges(many16, 1000);
  EXPECT_EQ(got.kind, Kind::parts);
  EXPECT_EQ(got.ranges.size(), 16u);
}

TEST(Range, Prints) {
  EXPECT_EQ(http::content_range({0, 100}, 1000), "bytes 0-99/1000");
  EXPECT_EQ(http::unsatisfied_range(1000), "bytes */1000");
}

}  // namespace
