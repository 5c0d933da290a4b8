// SPDX-License-Identifier: LGPL-2.1-or-later
// Content-Disposition, paths, queries.
#include "http/disposition.hpp"
#include "http/feed.hpp"
#include "http/request.hpp"

#include <gtest/gtest.h>

namespace {

using http::disposition;

TEST(Disposition, PlainNames) {
  EXPECT_EQ(disposition("film.mkv", false), "inline; filename=\"film.mkv\"");
  EXPECT_EQ(disposition("a film (2024).mkv", true), "attachment; filename=\"a film (2024).mkv\"");
}

TEST(Disposition, NamesOfStrangers) {
  EXPECT_EQ(disposition("Amélie.mkv", false), "inline; filename=\"Am_lie.mkv\"; filename*=UTF-8''Am%C3%A9lie.mkv");
  EXPECT_EQ(disposition("a\"b.mkv", false), "inline; filename=\"a_b.mkv\"; filename*=UTF-8''a%22b.mkv");
  EXPECT_EQ(disposition("100%.mkv", false), "inline; filename=\"100_.mkv\"; filename*=UTF-8''100%25.mkv");
  EXPECT_EQ(disposition("a\r\nSet-Cookie: x", false), "inline; filename=\"a__Set-Cookie: x\"");
  EXPECT_EQ(disposition("../../etc/passwd", false), "inline; filename=\".._.._etc_passwd\"");
  EXPECT_EQ(disposition("a\\b", false), "inline; filename=\"a_b\"");
  EXPECT_EQ(disposition("🎬.mp4", false), "inline; filename=\"_.mp4\"; filename*=UTF-8''%F0%9F%8E%AC.mp4");
  EXPECT_EQ(disposition("\xff.mp4", false).find("filename=\"_.mp4\""), 8u);
}

TEST(Path, Splits) {
  using Segments = std::vector<std::string>;
  EXPECT_EQ(http::split_path("/"), Segments{});
  EXPECT_EQ(http::split_path("/a/b"), (Segments{"a", "b"}));
  EXPECT_EQ(http::split_path("/a/b/"), (Segments{"a", "b"}));
  EXPECT_EQ(http::split_path("//a"), Segments{"a"});
  EXPECT_EQ(http::split_path("/a%2Fb/%20"), (Segments{"a/b", " "}));
  for (auto wrong : {"/%", "/%z1", "/%00", "/a/../b", "/%2e%2e/b", "/.", "/%ff"})
    EXPECT_EQ(http::split_path(wrong), std::nullopt) << wrong;
}

TEST(Query, Parses) {
  using Query = std::map<std::string, std::string>;
  EXPECT_EQ(http::parse_query(""), Query{});
  EXPECT_EQ(http::parse_query("a=1&b=x%20y+z&&c"), (Query{{"a", "1"}, {"b", "x y z"}, {"c", ""}}));
  EXPECT_EQ(http::parse_query("a=1&a=2"), (Query{{"a", "2"}}));
  EXPECT_EQ(http::parse_query("a=b=c"), (Query{{"a", "b=c"}}));
  for (auto wrong : {"a=%", "%zz=1", "a=%ff", "a=%00"}) EXPECT_EQ(http::parse_query(wrong), std::nullopt) << wrong;
}

TEST(Query, FlagsAndNumbers) {
  for (auto yes : {"", "true", "1", "yes"}) EXPECT_EQ(http::parse_flag(yes), true) << yes;
  for (auto no : {"false", "0", "no"}) EXPECT_EQ(http::parse_flag(no), false) << no;
  EXPECT_EQ(http::parse_flag("perhaps"), std::nullopt);
  EXPECT_EQ(http::parse_number("0"), 0);
  EXPECT_EQ(http::parse_number("42"), 42);
  EXPECT_EQ(http::parse_number("99999999999999999999"), INT64_MAX);
  for (auto wrong : {"", "-1", "1.5", "a", "1a", " 1", "+1"})
    EXPECT_EQ(http::parse_number(wrong), std::nullopt) << wrong;
}

TEST(Multipart, LengthIsExact) {
  auto plan = http::multipart({{0, 10}, {20, 25}}, 100, "video/mp4", "B");
  EXPECT_EQ(plan.parts[0].head, "--B\r\nContent-Type: video/mp4\r\nContent-Range: bytes 0-9/100\r\n\r\n");
  EXPECT_EQ(plan.parts[1].head, "\r\n--B\r\nContent-Type: video/mp4\r\nContent-Range: bytes 20-24/100\r\n\r\n");
  EXPECT_EQ(plan.tail, "\r\n--B--\r\n");
  EXPECT_EQ(plan.length(), static_cast<std::int64_t>(plan.parts[0].head.size() + 10 + plan.parts[1].head.size() + 5 +
                                                     plan.tail.size()));
}

}  // namespace
