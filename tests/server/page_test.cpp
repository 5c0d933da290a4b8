// SPDX-License-Identifier: LGPL-2.1-or-later
// The page's files as a browser gets them. What it does with them: tests/web.
#include "running.hpp"
#include "unzipped.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char const* plain_files[] = {"plain.html", "plain.js", "plain.css", "icon.svg"};

TEST(Page, HasAPolicyThatLetsNothingElseIn) {
  Running server(Environment{{"API_TOKEN", "secret"}});
  auto const page = server.get("/");
  ASSERT_EQ(page.status(), 200);
  EXPECT_THAT(page["Content-Type"], StartsWith("text/html"));
  auto const policy = page["Content-Security-Policy"];
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_EQ(page["X-Frame-Options"], "DENY");
  EXPECT_EQ(page["X-Content-Type-Options"], "nosniff");
  for (auto const* handler : {"onclick=", "onerror=", "style=", "javascript:"})
    EXPECT_THAT(page.body, Not(HasSubstr(handler)));
}

TEST(Page, FilesHaveTheirTypesAndAreZipped) {
  Running server;
  char const* types[] = {"text/html; charset=utf-8", "text/javascript; charset=utf-8", "text/css; charset=utf-8",
                         "image/svg+xml"};
  for (int i = 0; i < 4; ++i) {
    SCOPED_TRACE(plain_files[i]);
    auto const target = std::string("/web/") + plain_files[i];
    auto const plain = server.get(target);
    auto const zipped = server.get(target, {{"Accept-Encoding", "gzip"}});
    EXPECT_EQ(plain["Content-Type"], types[i]);
    EXPECT_EQ(plain["Content-Encoding"], "");
    EXPECT_EQ(zipped["Content-Encoding"], "gzip");
    EXPECT_THAT(zipped["Vary"], HasSubstr("Accept-Encoding"));
    EXPECT_EQ(unzipped(zipped.body), plain.body);
    EXPECT_NE(plain["ETag"], zipped["ETag"]) << "strong ones name bytes";
    auto const again = server.get(target, {{"If-None-Match", plain["ETag"]}});
    EXPECT_EQ(again.status(), 304);
    EXPECT_EQ(again["ETag"], plain["ETag"]);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(server.get(target, {{"If-None-Match", zipped["ETag"]}}).status(), 200) << "other bytes";
  }
}

TEST(Page, NothingElseIsThere) {
  Running server;
  for (auto const* name : {"none.js", "package.json", "bundle.py", "%2e%2e%2fpage%2fplain.html", "..%2fplain.html"})
    EXPECT_EQ(server.get(std::string("/web/") + name).status(), 404) << name;
}

}  // namespace
