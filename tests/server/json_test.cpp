// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/json/json.hpp"

#include "lib/json/check.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

namespace {

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
}

TEST(JsonCheck, AcceptsJson) {
  for (std::string text :
       {R"({})", R"([])", R"( {"a" : [1, -2.5e+3, 0, true, false, null, "x\n\u00e9\ud83d\ude00"]} )", R"("text")",
        R"(5)", R"({"":1})", R"([[],{},[{}]])", R"(-0)", R"(9223372036854775807)", "{\"\xc3\xa9\":1}"})
    EXPECT_EQ(json::check(text), "") << text;
  EXPECT_EQ(json::check(nested(64)), "");
}

TEST(JsonCheck, RefusesWhatIsNone) {
  for (std::string text : {"",
                           " ",
                           "{",
                           "}",
                           "[",
                           "]",
                           "{\"a\":1,}",
                           "{'a':1}",
                           "{\"a\":1} x",
                           "{\"a\":1}{\"b\":2}",
                           "{a:1}",
                           "[1,]",
                           "[1 2]",
                           "{\"a\" 1}",
                           "{\"a\":}",
                           "{\"a\"}",
                           "[NaN]",
                           "[Infinity]",
                           "[01]",
                           "[+1]",
                           "[0x10]",
                           "[1.]",
                           "[.5]",
                           "[-]",
                           "[1e]",
                           "/**/{}",
                           "// x\n{}",
                           "{\"a\":\"\\u0000\"}",
                           "{\"a\":\"\\ud800\"}",
                           "{\"a\":\"\\udc00\"}",
                           "{\"a\":\"\\ud800\\u0041\"}",
                           "{\"a\":\"\\u12g4\"}",
                           "{\"a\":\"\\u12\"}",
                           "{\"a\":\"\\q\"}",
                           "{\"a\":\"b",
                           "{\"a\":\"b\\",
                           "{\"a\":tru}",
                           "nul",
                           "True",
                           "[99999999999999999999]",
                           "[1e999]",
                           "{\"a\":\"\t\"}",
                           "var x={};",
                           "[1}",
                           "{\"a\":1]",
                           ",",
                           ":",
                           "\xff",
                           "\"\xc3\x28\"",
                           "\xef\xbb\xbf{}"})
    EXPECT_NE(json::check(text), "") << text;
  EXPECT_NE(json::check(std::string("{}\0", 3)), "");
}

TEST(JsonCheck, CountsDepthWithoutRecursion) {
  EXPECT_NE(json::check(nested(65)), "");
  EXPECT_NE(json::check(std::string(10'000'000, '[')), "");
  std::string objects;
  for (int i = 0; i < 65; ++i) objects += "{\"a\":";
  EXPECT_NE(json::check(objects).find("nested"), std::string::npos);
}

TEST(Json, ReadsAndRefusesTypes) {
  auto json = json::Document::parse(R"({"s":"x","n":5,"f":1.5,"b":true,"l":["a","b"],"z":null,"m":["a",1]})");
  EXPECT_EQ(json.string("s"), "x");
  EXPECT_EQ(json.string("z"), std::nullopt);
  EXPECT_EQ(json.string("none"), std::nullopt);
  EXPECT_EQ(json.integer("n"), 5);
  EXPECT_EQ(json.boolean("b"), true);
  EXPECT_EQ(json.strings("l"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(json.strings("none").empty());
  EXPECT_THROW(std::ignore = json.string("n"), json::Error);
  EXPECT_THROW(std::ignore = json.integer("s"), json::Error);
  EXPECT_THROW(std::ignore = json.integer("f"), json::Error);
  EXPECT_THROW(std::ignore = json.boolean("n"), json::Error);
  EXPECT_THROW(std::ignore = json.strings("s"), json::Error);
  EXPECT_THROW(std::ignore = json.strings("m"), json::Error);
  EXPECT_THROW(json::Document::parse("[1]"), json::Error);
  EXPECT_THROW(json::Document::parse("5"), json::Error);
}

TEST(Json, Builds) {
  auto text = json::Object()
                  .set("s", "a\"b")
                  .set("n", 5)
                  .set("big", std::int64_t{9007199254740993})
                  .set("t", true)
                  .set("z", nullptr)
                  .set("o", std::optional<std::int64_t>())
                  .set("l", json::Array::of(std::vector<std::string>{"x", "y"}))
                  .set("c", json::Object().set("d", 1))
                  .text();
  EXPECT_EQ(text, R"({"s":"a\"b","n":5,"big":9007199254740993,"t":true,"z":null,"o":null,"l":["x","y"],"c":{"d":1}})");
}

TEST(Json, NamesOfStrangersBecomeUtf8) {
  auto text = json::Object().set("name", std::string("a\xff\xfe\x01z")).text();
  EXPECT_EQ(json::check(text), "") << text;
}

TEST(Json, AllCharactersComeBack) {
  std::string all;
  for (char character = 1; character < 0x7f; ++character) all += character;
  all += "\x7f\xc2\x80\xc3\xbf";
  auto text = json::Object().set("name", all).text();
  EXPECT_EQ(json::check(text), "") << text;
  EXPECT_EQ(json::Document::parse(text).string("name"), all);
  EXPECT_EQ(json::Document::parse(text).text(), text);
}

TEST(Json, ListsOfThoseWhoMixThingsUp) {
  auto const list = json::Document::parse_list(R"([{"a": "1", "b": 2, "c": [3], "d": null, "e": 1.5}, 7, "x"])");
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].plain("a"), "1");
  EXPECT_EQ(list[0].plain("b"), "2");
  for (auto const* other : {"c", "d", "e", "f"}) EXPECT_EQ(list[0].plain(other), "") << other;
  EXPECT_THROW(json::Document::parse_list("{}"), json::Error);
  EXPECT_THROW(json::Document::parse_list("[1"), json::Error);
}

}  // namespace
