// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/compressed.hpp"

#include "served.hpp"
#include "unzipped.hpp"

#include <gio/gio.h>
#include <gtest/gtest.h>

namespace {

std::string const text = [] {
  std::string all;
  for (int i = 0; i < 200; ++i) all += "v0/" + std::to_string(i) + ".ts\n";
  return all;
}();

class Compressed : public testing::Test {
 protected:
  Served served{
      {{"GET", "/long", http::Area::media, reply(text)}, {"GET", "/short", http::Area::media, reply("short")}}};

  static Served::Run reply(std::string body) {
    return [body](http::Exchange& exchange) {
      http::Response response;
      response.body = body;
      http::compress(exchange.request(), response);
      exchange.decorate("Vary", "Accept-Encoding");
      exchange.reply(response);
    };
  }
  support::http::Response get(std::string const& encodings, char const* target = "/long") {
    support::http::Fields fields;
    if (!encodings.empty()) fields.emplace_back("Accept-Encoding", encodings);
    return support::http::get(served.at(), target, fields);
  }
};

// RFC 9110, 12.5.3.
TEST_F(Compressed, OnlyForWhoTakesIt) {
  for (auto const* takes : {"gzip", "GZIP", "deflate, gzip", "gzip;q=0.1", "br;q=1, gzip;q=0.5", "*", "br, *;q=0.2"}) {
    auto const got = get(takes);
    EXPECT_EQ(got["Content-Encoding"], "gzip") << takes;
    EXPECT_EQ(unzipped(got.body), text) << takes;
    EXPECT_EQ(got["Content-Length"], std::to_string(got.body.size())) << takes;
  }
  for (auto const* refuses :
       {"", "identity", "br", "gzip;q=0", "*;q=0", "gzip;q=0, *", "deflate, gzip;q=0.0", "x-gzipped"}) {
    auto const got = get(refuses);
    EXPECT_FALSE(got.head.has("Content-Encoding")) << refuses;
    EXPECT_EQ(got.body, text) << refuses;
  }
}

TEST_F(Compressed, OnlyWhatIsWorthIt) {
  auto const got = get("gzip", "/short");
  EXPECT_FALSE(got.head.has("Content-Encoding"));
  EXPECT_EQ(got.body, "short");
  EXPECT_EQ(got["Vary"], "Accept-Encoding");
}

TEST_F(Compressed, TheSameTextGivesTheSameBytes) {
  EXPECT_EQ(get("gzip").body, get("br, gzip").body) << "for its ETag";
}

TEST_F(Compressed, HeadSaysWhatGetWould) {
  auto const got = get("gzip");
  auto const head = support::http::head(served.at(), "/long", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(head["Content-Encoding"], "gzip");
  EXPECT_EQ(head["Content-Length"], got["Content-Length"]);
  EXPECT_EQ(head["Vary"], "Accept-Encoding");
}

}  // namespace
