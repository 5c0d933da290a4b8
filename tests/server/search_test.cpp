// SPDX-License-Identifier: LGPL-2.1-or-later
// Search as clients see it: the real program, with providers on loopback.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"
#include "support/website.hpp"

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using support::KiB;
using support::MiB;
using support::Website;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string row(std::string const& hash, std::string const& name, int seeders, char const* category = "201") {
  return R"({"id":"1","name":")" + name + R"(","info_hash":")" + hash + R"(","leechers":"2","seeders":")" +
         std::to_string(seeders) + R"(","size":"3145728","added":"1580733296","category":")" + category + "\"}";
}

std::string const a(40, 'a'), b(40, 'b');

class Search : public testing::Test {
 protected:
  void start(Environment more = {}) {
    more.emplace_back("SEARCH_PROVIDERS",
                      "library apibay=" + bay_.url() + " torznab=" + jackett_.url("/api?apikey=sesame"));
    more.emplace_back("SEARCH_TIMEOUT", "3000");
    server_.emplace(std::move(more));
  }
  void bay(std::string const& text, std::string body, char const* category = "200") {
    bay_.put("/q.php?q=" + text + "&cat=" + category, {std::move(body)});
  }
  void jackett(std::string const& text, std::string const& items) {
    jackett_.put("/api?apikey=sesame&t=search&extended=1&q=" + text + "&cat=2000%2C5000",
                 {"<rss><channel>" + items + "</channel></rss>"});
  }
  std::string find(std::string const& query) {
    auto const got = server_->get("/search?" + query);
    EXPECT_EQ(got.status(), 200) << got.body;
    EXPECT_EQ(at(got.body, "$.success"), "true") << got.body;
    return got.body;
  }
  Website bay_, jackett_;
  std::optional<Running> server_;
};

TEST_F(Search, AnswersOfAll) {
  bay("big%20film", "[" + row(a, "Big film", 7) + "," + row(b, "Another big film", 70) + "," +
                        row(std::string(40, 'c'), "A song", 900, "101") + "]");
  jackett("big%20film", "<item><title>Big film</title><attr name='infohash' value='" + std::string(40, 'A') +
                            "'/><attr name='seeders' value='9'/></item><item><title>no hash</title></item>");
  start({{"TORRENT_TRACKERS", "udp://own.example:1/announce"}});
  auto const body = find("q=big%20film");
  EXPECT_EQ(at(body, "$.data.query"), "\"big film\"");
  EXPECT_EQ(at(body, "$.data.category"), "\"video\"");
  EXPECT_EQ(at(body, "$.data.results[*].infoHash"), '"' + b + "\",\"" + a + '"') << body;
  EXPECT_EQ(at(body, "$.data.results[1].seeders"), "9");
  EXPECT_EQ(at(body, "$.data.results[1].leechers"), "2");
  EXPECT_EQ(at(body, "$.data.results[1].size"), "3145728");
  EXPECT_EQ(at(body, "$.data.results[1].date"), "\"2020-02-03T12:34:56Z\"");
  EXPECT_EQ(at(body, "$.data.results[1].category"), "\"movies\"");
  EXPECT_EQ(at(body, "$.data.results[1].cached"), "false");
  auto const bay = '"' + bay_.endpoint().str() + '"', jackett = '"' + jackett_.endpoint().str() + '"';
  EXPECT_EQ(at(body, "$.data.results[1].providers[*]"), bay + "," + jackett);
  EXPECT_EQ(at(body, "$.data.results[1].magnet"),
            "\"magnet:?xt=urn:btih:" + a + "&dn=Big%20film&tr=udp%3A%2F%2Fown.example%3A1%2Fannounce\"");
  EXPECT_EQ(at(body, "$.data.results[1].streamUrl"), "\"/stream/proxy/" + a + '"');
  EXPECT_EQ(at(body, "$.data.results[1].hlsUrl"), "\"/hls/" + a + "/film/master.m3u8\"");
  EXPECT_EQ(at(body, "$.data.providers[*].state"), R"("ok","ok","ok")");
  EXPECT_EQ(at(body, "$.data.providers[*].results"), "0,2,1");
  EXPECT_EQ(at(body, "$.data.providers[2].withoutHash"), "1");
  EXPECT_EQ(at(find("q=big%20film&limit=1"), "$.data.results[*].infoHash"), '"' + b + '"');

  auto const providers = server_->get("/api/providers").body;
  EXPECT_EQ(at(providers, "$.data.timeout"), "3000");
  EXPECT_EQ(at(providers, "$.data.providers[*].kind"), R"("library","apibay","torznab")");
  EXPECT_THAT(at(providers, "$.data.providers[1].lastAnswer"), HasSubstr("T"));
  for (auto const& text : {providers, body, server_->get("/status").body, server_->child().err()})
    EXPECT_THAT(text, Not(HasSubstr("sesame"))) << "the key is nobody's business";
}

TEST_F(Search, SaysWhatIsWrongWithTheQuestion) {
  start();
  for (auto const* query :
       {"", "?q=", "?q=%20%2E", "?q=a&limit=0", "?q=a&limit=501", "?q=a&limit=x", "?q=a&category=films"})
    expect_failure(server_->get(std::string("/search") + query), 400, "bad_request");
  expect_failure(server_->get("/search?q=" + std::string(300, 'x')), 400, "bad_request");
  EXPECT_THAT(server_->get("/search?q=a&category=films").body, HasSubstr("movies"));
  EXPECT_TRUE(bay_.asked().empty());
}

TEST_F(Search, BrokenProvidersAreNamed) {
  bay("film", "<html>Just a moment</html>");
  jackett_.put("/api?apikey=sesame&t=search&extended=1&q=film&cat=2000%2C5000", {.body = "", .silent = true});
  start();
  auto const body = find("q=film");
  EXPECT_EQ(at(body, "$.data.results"), "[]");
  EXPECT_EQ(at(body, "$.data.providers[*].state"), R"("ok","failed","late")");
  EXPECT_THAT(at(body, "$.message"), AllOf(HasSubstr("not everybody answered"), HasSubstr("web page")));
  EXPECT_EQ(at(server_->get("/api/providers").body, "$.data.providers[1].lastAnswer"), "null");
}

TEST_F(Search, HostileNamesStayText) {
  bay("film", "[" + row(a, R"(film <img src=x onerror=alert(1)>\u0000 \u202e \"')", 1) + "," +
                  row(b, "film \xff\xfe", 0) + "]");
  start();
  auto const got = server_->get("/search?q=film");
  EXPECT_EQ(got["Content-Type"], "application/json");
  EXPECT_EQ(at(got.body, "$.data.results[0].infoHash"), '"' + a + '"') << got.body;
  EXPECT_EQ(at(got.body, "$.data.results[1].name"), "\"film \uFFFD\uFFFD\"");
}

TEST_F(Search, WhatIsHereIsFoundAndSaysSo) {
  support::Swarm swarm(support::make_torrent("Sintel.2010.mkv", 300 * KiB));
  auto const& key = swarm.torrent().key;
  start();
  ASSERT_EQ(server_->add(swarm.magnet()).status(), 200);
  auto const here = [&] {
    auto const body = find("q=sint");
    return at(body, "$.data.results[0].infoHash") == '"' + key + '"' && at(body, "$.data.results[0].cached") == "true";
  };
  EXPECT_TRUE(support::eventually(here)) << find("q=sint");
  // Asleep, too; and merged with what others know of it.
  ASSERT_TRUE(server_->child().stop().ok());
  server_->start();
  bay("sintel", "[" + row(key, "Sintel", 5) + "," + row(a, "Sintel 4K", 500) + "]");
  std::string body;
  EXPECT_TRUE(support::eventually([&] {  // its name is known as soon as its state was read
    body = find("q=sintel");
    return at(body, "$.data.results[0].seeders") == "5";
  })) << body;
  EXPECT_EQ(at(body, "$.data.results[0].name"), "\"Sintel.2010.mkv\"");
  EXPECT_EQ(at(body, "$.data.results[0].size"), "307200");
  EXPECT_EQ(at(find("q=other"), "$.data.results"), "[]");
}

TEST_F(Search, ANameIsAdded) {
  support::Swarm swarm(support::make_torrent("film.mkv", MiB));
  auto const& torrent = swarm.torrent();
  bay("film%202010", "[" + row(a, "Some filming of 2010", 900) + "," + row(torrent.key, "The Film (2010)", 20) + "," +
                         row(b, "Film 2010 bad copy", 3) + "]");
  bay("filming", "[" + row(a, "film", 900) + "]");
  start();
  // Its peers are known from elsewhere: the test has no tracker.
  ASSERT_EQ(server_->add(swarm.magnet()).status(), 200);
  auto const got = server_->post("/api/torrents", R"({"name": "film 2010"})");
  ASSERT_EQ(got.status(), 200) << got.body;
  EXPECT_EQ(at(got.body, "$.data.infoHash"), '"' + torrent.key + '"');
  EXPECT_EQ(at(got.body, "$.data.files[0].name"), "\"film.mkv\"");

  auto const none = server_->post("/api/torrents", R"({"name": "filming"})");
  expect_failure(none, 404, "nothing_found");
  EXPECT_THAT(none.body, HasSubstr("GET /search"));
  bay("nobody", R"([{"id":"0","name":"No results returned","info_hash":"0000000000000000000000000000000000000000"}])");
  expect_failure(server_->post("/api/torrents", R"({"name": "nobody"})"), 404, "nothing_found");
  expect_failure(server_->post("/api/torrents", R"({"name": " "})"), 400, "bad_input");
  expect_failure(server_->post("/api/torrents", R"({"name": "film", "category": "x"})"), 400, "bad_input");
  EXPECT_EQ(at(server_->get("/api/torrents").body, "$.data.total"), "1");
}

TEST_F(Search, TheFilmsHlsLinkPlays) {
  support::Swarm swarm(support::make_torrent("film.mkv", MiB));
  start();
  ASSERT_EQ(server_->add(swarm.magnet()).status(), 200);
  // It is no film in truth: but that is found out only once the file was chosen.
  auto const got = server_->get("/hls/" + swarm.torrent().key + "/film/master.m3u8");
  EXPECT_THAT(got.status(), testing::AnyOf(415, 422)) << got.body;
  expect_failure(server_->get("/hls/" + swarm.torrent().key + "/7/master.m3u8"), 404, "unknown_file");
  expect_failure(server_->get("/hls/" + swarm.torrent().key + "/films/master.m3u8"), 400, "bad_request");
}

TEST(SearchByDefault, AsksNobodyElse) {
  Running server;
  auto const got = server.get("/search?q=film");
  EXPECT_EQ(at(got.body, "$.data.providers[*].name"), "\"library\"");
  EXPECT_THAT(at(got.body, "$.message"), HasSubstr("SEARCH_PROVIDERS"));
}

TEST(SearchByDefault, IsForThoseWhoMayManage) {
  Running server(Environment{{"API_TOKEN", "secret"}});
  expect_failure(server.get("/search?q=film"), 401, "unauthorized");
  EXPECT_EQ(server.get("/search?q=film", {{"Authorization", "Bearer secret"}}).status(), 200);
}

}  // namespace
