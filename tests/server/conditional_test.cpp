// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/conditional.hpp"

#include <gtest/gtest.h>

namespace {

using http::Conditions;
using http::evaluate;
using http::range_applies;
using http::Validators;
using http::Verdict;

constexpr std::int64_t time = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT
char const* const at = "Sun, 06 Nov 1994 08:49:37 GMT";
char const* const before = "Sun, 06 Nov 1994 08:49:36 GMT";
char const* const after = "Sun, 06 Nov 1994 08:49:38 GMT";
Validators const tagged{"\"abc-0-t\"", time};
Validators const undated{"\"abc-0-t\"", {}};

Conditions match(char const* v) { return {.if_match = v}; }
Conditions none_match(char const* v) { return {.if_none_match = v}; }

TEST(Conditional, IfMatch) {
  EXPECT_EQ(evaluate(match("\"abc-0-t\""), tagged), Verdict::proceed);
  EXPECT_EQ(evaluate(match("*"), tagged), Verdict::proceed);
  EXPECT_EQ(evaluate(match("\"x\", \"abc-0-t\""), tagged), Verdict::proceed);
  EXPECT_EQ(evaluate(match("\"a,b\",\"abc-0-t\""), tagged), Verdict::proceed);
  EXPECT_EQ(evaluate(match("\"x\""), tagged), Verdict::precondition_failed);
  EXPECT_EQ(evaluate(match("W/\"abc-0-t\""), tagged), Verdict::precondition_failed) << "weak never matches strongly";
  EXPECT_EQ(evaluate(match("abc-0-t"), tagged), Verdict::precondition_failed) << "no quotes, no tag";
}

TEST(Conditional, IfNoneMatch) {
  EXPECT_EQ(evaluate(none_match("\"abc-0-t\""), tagged), Verdict::not_modified);
  EXPECT_EQ(evaluate(none_match("W/\"abc-0-t\""), tagged), Verdict::not_modified) << "compared weakly";
  EXPECT_EQ(evaluate(none_match("*"), tagged), Verdict::not_modified);
  EXPECT_EQ(evaluate(none_match("\"x\", W/\"y\" ,\"abc-0-t\""), tagged), Verdict::not_modified);
  EXPECT_EQ(evaluate(none_match("\"x\""), tagged), Verdict::proceed);
  EXPECT_EQ(evaluate(none_match("\"abc-0-t"), tagged), Verdict::proceed);
}

TEST(Conditional, Dates) {
  EXPECT_EQ(evaluate({.if_modified_since = at}, tagged), Verdict::not_modified);
  EXPECT_EQ(evaluate({.if_modified_since = after}, tagged), Verdict::not_modified);
  EXPECT_EQ(evaluate({.if_modified_since = before}, tagged), Verdict::proceed);
  EXPECT_EQ(evaluate({.if_modified_since = at}, undated), Verdict::proceed);
  EXPECT_EQ(evaluate({.if_modified_since = "yesterday"}, tagged), Verdict::proceed);
  EXPECT_EQ(evaluate({.if_unmodified_since = before}, tagged), Verdict::precondition_failed);
  EXPECT_EQ(evaluate({.if_unmodified_since = at}, tagged), Verdict::proceed);
  EXPECT_EQ(evaluate({.if_unmodified_since = before}, undated), Verdict::proceed);
}

TEST(Conditional, Precedence) {
  EXPECT_EQ(evaluate({.if_match = "\"abc-0-t\"", .if_unmodified_since = before}, tagged), Verdict::proceed)
      << "If-Match stands, the date is ignored";
  EXPECT_EQ(evaluate({.if_none_match = "\"x\"", .if_modified_since = after}, tagged), Verdict::proceed)
      << "If-None-Match stands, the date is ignored";
  EXPECT_EQ(evaluate({.if_match = "\"x\"", .if_none_match = "\"abc-0-t\""}, tagged), Verdict::precondition_failed)
      << "If-Match comes first";
}

TEST(Conditional, IfRange) {
  EXPECT_TRUE(range_applies({}, tagged));
  EXPECT_TRUE(range_applies({.if_range = "\"abc-0-t\""}, tagged));
  EXPECT_FALSE(range_applies({.if_range = "\"x\""}, tagged));
  EXPECT_FALSE(range_applies({.if_range = "W/\"abc-0-t\""}, tagged));
  EXPECT_TRUE(range_applies({.if_range = at}, tagged));
  EXPECT_FALSE(range_applies({.if_range = after}, tagged)) << "a date must be the very same";
  EXPECT_FALSE(range_applies({.if_range = at}, undated));
  EXPECT_FALSE(range_applies({.if_range = "nonsense"}, tagged));
}

TEST(Conditional, DateForms) {
  EXPECT_EQ(http::http_date(time), at);
  EXPECT_EQ(http::parse_http_date(at), time);
  EXPECT_EQ(http::parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), time);
  EXPECT_EQ(http::parse_http_date("Sun Nov  6 08:49:37 1994"), time);
  EXPECT_EQ(http::parse_http_date(""), std::nullopt);
  EXPECT_EQ(http::parse_http_date("12"), std::nullopt);
}

}  // namespace
