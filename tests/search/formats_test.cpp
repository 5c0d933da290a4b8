// SPDX-License-Identifier: LGPL-2.1-or-later
// What providers say, as they really say it, and everything that they should not.
#include "search/source.hpp"
#include "search/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace search;
using testing::ElementsAre;
using testing::HasSubstr;

std::string const bunny = "dd8255ecdc7ca55fb0bbf81323d87062db1f6d1c",
                  sintel = "08ada5a7a6183aae1e09d831df6748d566095a10";

template <class Read>
std::string error_of(Read read, std::string const& body) {
  try {
    read(body);
    return "";
  } catch (Error const& error) {
    return error.what();
  }
}

TEST(Sources, AsTheyAreWritten) {
  EXPECT_EQ(parse_source("library").kind, nullptr);
  EXPECT_EQ(parse_source("apibay").url, "https://apibay.org");
  auto const jackett =
      parse_source("torznab=http://user:pw@127.0.0.1:9117/api/v2.0/indexers/all/results/torznab/api?apikey=secret");
  EXPECT_STREQ(jackett.kind->name, "torznab");
  EXPECT_EQ(jackett.name, "127.0.0.1:9117") << "nothing secret in the name";
  EXPECT_EQ(parse_source("tpb=https://bay.example/search/{query}/1/99/{category}").name, "bay.example");
  for (auto const* wrong : {"", "apibay=", "apibay=ftp://x", "torznab", "tpb", "library=x", "google=http://x",
                            "http://x", "tpb=file:///etc/passwd", "torznab=http://"})
    EXPECT_THROW(parse_source(wrong), Error) << wrong;
  auto const two = parse_sources({"apibay=http://a.example", "tpb=http://a.example"});
  EXPECT_EQ(two[0].name, "a.example");
  EXPECT_EQ(two[1].name, "a.example#2");
}

TEST(Addresses, AreTheProviders) {
  Query const query{.text = "big buck & b\xc3\xbcnny", .category = Category::video};
  EXPECT_EQ(apibay_address("https://apibay.org", query),
            "https://apibay.org/q.php?q=big%20buck%20%26%20b%C3%BCnny&cat=200");
  EXPECT_EQ(apibay_address("https://apibay.org/", query), apibay_address("https://apibay.org", query));
  EXPECT_EQ(apibay_address("http://own.example/q.php?x=1", {"a", Category::all}),
            "http://own.example/q.php?x=1&q=a&cat=0");
  EXPECT_EQ(torznab_address("http://j/api?apikey=k", query),
            "http://j/api?apikey=k&t=search&extended=1&q=big%20buck%20%26%20b%C3%BCnny&cat=2000%2C5000");
  EXPECT_EQ(torznab_address("http://j/api", {"a", Category::all}), "http://j/api?t=search&extended=1&q=a");
  EXPECT_EQ(tpb_address("https://bay.example/", query),
            "https://bay.example/search/big%20buck%20%26%20b%C3%BCnny/1/99/200");
  EXPECT_EQ(tpb_address("https://bay.example/s?q={query}&c={category}", {"{category}", Category::audio}),
            "https://bay.example/s?q=%7Bcategory%7D&c=100");
}

// ---- ApiBay ----

std::string bay_row(std::string const& hash, std::string const& name, std::string const& more = "") {
  return R"({"id":"5","name":")" + name + R"(","info_hash":")" + hash + R"(",)" + more +
         R"("leechers":"4","seeders":"123","num_files":"1","size":"725106140","username":"x","added":"1580733296","status":"vip","category":"207","imdb":""})";
}

TEST(ApiBay, Rows) {
  auto const reading = read_apibay("[" + bay_row("DD8255ECDC7CA55FB0BBF81323D87062DB1F6D1C", "Big Buck Bunny") + "]");
  ASSERT_EQ(reading.hits.size(), 1u);
  auto const& hit = reading.hits[0];
  EXPECT_EQ(hit.hash.key(), bunny);
  EXPECT_EQ(hit.name, "Big Buck Bunny");
  EXPECT_EQ(hit.size, 725106140);
  EXPECT_EQ(hit.seeders, 123);
  EXPECT_EQ(hit.leechers, 4);
  EXPECT_EQ(hit.date, 1580733296);
  EXPECT_EQ(hit.category, Category::movies);
}

TEST(ApiBay, NumbersAsNumbers) {
  auto const reading =
      read_apibay(R"([{"name":"x","info_hash":")" + sintel + R"(","seeders":7,"size":99,"added":1580733296}])");
  ASSERT_EQ(reading.hits.size(), 1u);
  EXPECT_EQ(reading.hits[0].seeders, 7);
  EXPECT_EQ(reading.hits[0].size, 99);
  EXPECT_FALSE(reading.hits[0].category);
}

TEST(ApiBay, NothingFound) {
  auto const reading = read_apibay(
      R"([{"id":"0","name":"No results returned","info_hash":"0000000000000000000000000000000000000000","leechers":"0","seeders":"0","num_files":"0","size":"0","username":"","added":"0","status":"member","category":"0","imdb":"","total_found":"1"}])");
  EXPECT_TRUE(reading.hits.empty());
  EXPECT_EQ(reading.without_hash, 0);
  EXPECT_TRUE(read_apibay("[]").hits.empty());
}

TEST(ApiBay, HashNone) {
  for (auto const& none : {std::string("None"), std::string(), std::string(40, '0'), std::string("xyz")}) {
    EXPECT_THAT(error_of(read_apibay, "[" + bay_row(none, "Big Buck Bunny") + "]"), HasSubstr("Hash None")) << none;
    auto const some = read_apibay("[" + bay_row(none, "a") + "," + bay_row(sintel, "b") + "]");
    EXPECT_EQ(some.hits.size(), 1u) << "one bad row spoils no good one";
    EXPECT_EQ(some.without_hash, 1);
  }
  EXPECT_THAT(error_of(read_apibay, R"([{"name":"x","info_hash":null}])"), HasSubstr("Hash None"));
}

TEST(ApiBay, Nonsense) {
  EXPECT_THAT(error_of(read_apibay, "<!DOCTYPE html><html><title>Just a moment...</title>"), HasSubstr("web page"));
  EXPECT_THAT(error_of(read_apibay, " \n"), HasSubstr("nothing at all"));
  for (auto const& odd : {std::string("{}"), std::string("[{"), std::string("null"), std::string("error"),
                          std::string(100'000, '['), std::string("\0\1\2", 3), std::string("[1e999999]")})
    EXPECT_THAT(error_of(read_apibay, odd), HasSubstr("JSON")) << odd.substr(0, 20);
  EXPECT_TRUE(read_apibay(R"([1, "a", null, [], true])").hits.empty());
}

TEST(ApiBay, HostileRows) {
  auto const reading = read_apibay(
      "[" +
      bay_row(bunny, "<img src=x onerror=alert(1)>\\u0000\\u001b[31m \xff\xfe \\\"q\\\"", R"("status":{"a":[1]},)") +
      R"(,{"name":["x"],"info_hash":")" + sintel +
      R"(","seeders":"-5","leechers":"99999999999999999999","size":"1e300","added":"-1","category":"x"}])");
  ASSERT_EQ(reading.hits.size(), 2u);
  EXPECT_THAT(reading.hits[0].name, HasSubstr("<img src=x onerror=alert(1)>"));
  EXPECT_EQ(reading.hits[0].name.find('\x1b'), std::string::npos);
  EXPECT_EQ(valid_text(reading.hits[0].name), reading.hits[0].name);
  auto const& odd = reading.hits[1];
  EXPECT_EQ(odd.name, "");
  EXPECT_FALSE(odd.seeders || odd.leechers || odd.size || odd.date || odd.category);
}

// ---- Torznab ----

std::string rss(std::string const& items) {
  return R"(<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:torznab="http://torznab.com/schemas/2015/feed">
<channel><atom:link href="http://localhost:9117/" rel="self"/><title>AggregateSearch</title>)" +
         items + "</channel></rss>";
}

std::string item(std::string const& more) {
  return "<item><title>Big Buck Bunny &amp; friends</title><guid>https://x.example/1</guid><pubDate>Mon, 03 Feb 2020 "
         "12:34:56 +0000</pubDate><size>725106140</size>" +
         more +
         "<category>2000</category><category>100002</category><torznab:attr name=\"seeders\" value=\"12\" "
         "/><torznab:attr name=\"peers\" value=\"15\" /></item>";
}

TEST(Torznab, ItemsOfJackettAndProwlarr) {
  auto const magnet = "magnet:?xt=urn:btih:" + sintel + "&amp;tr=udp%3A%2F%2Ft.example%3A1%2Fannounce";
  auto const base32 = std::string("magnet:?xt=urn:btih:3WBFL3G4PSSV7MF37AJSHWDQMLNR63I4");
  auto const reading = read_torznab(
      rss(item("<torznab:attr name=\"infohash\" value=\"" + bunny + "\"/>") + item("<link>" + magnet + "</link>") +
          item("<enclosure url=\"" + base32 +
               "\" length=\"5\" type=\"application/x-bittorrent;x-scheme-handler/magnet\"/>") +
          item("<torznab:attr name=\"magneturl\" value=\"" + magnet + "\"/>") +
          item("<link>http://localhost:9117/dl/x/?jackett_apikey=secret</link>")));
  ASSERT_EQ(reading.hits.size(), 4u);
  EXPECT_EQ(reading.without_hash, 1);
  auto const& first = reading.hits[0];
  EXPECT_EQ(first.hash.key(), bunny);
  EXPECT_EQ(first.name, "Big Buck Bunny & friends");
  EXPECT_EQ(first.size, 725106140);
  EXPECT_EQ(first.seeders, 12);
  EXPECT_EQ(first.leechers, 3) << "peers are all of them";
  EXPECT_EQ(first.date, 1580733296);
  EXPECT_EQ(first.category, Category::movies);
  EXPECT_EQ(reading.hits[1].hash.key(), sintel);
  EXPECT_THAT(reading.hits[1].trackers, ElementsAre("udp://t.example:1/announce"));
  EXPECT_EQ(reading.hits[2].hash.key(), bunny);
  EXPECT_EQ(reading.hits[3].hash.key(), sintel);
}

TEST(Torznab, Errors) {
  EXPECT_THAT(error_of(read_torznab, R"(<?xml version="1.0"?><error code="100" description="Invalid API Key"/>)"),
              HasSubstr("API key"));
  EXPECT_THAT(error_of(read_torznab, R"(<error code="900" description="Indexer is &lt;down&gt;"/>)"),
              HasSubstr("Indexer is <down>"));
  EXPECT_THAT(error_of(read_torznab, "<!DOCTYPE html><html>Login</html>"), HasSubstr("web page"));
  EXPECT_THAT(error_of(read_torznab, "<html><head>"), HasSubstr("web page"));
  EXPECT_THAT(error_of(read_torznab, ""), HasSubstr("nothing at all"));
  EXPECT_THAT(error_of(read_torznab, "<feed/>"), HasSubstr("no Torznab"));
  EXPECT_THAT(error_of(read_torznab, "{\"json\": true}"), HasSubstr("no XML"));
  EXPECT_TRUE(read_torznab(rss("")).hits.empty());
}

// Neither expanded nor loaded.
TEST(Torznab, EntitiesAreRefused) {
  auto const bomb =
      R"(<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>)" +
      rss(item("&b;"));
  EXPECT_THAT(error_of(read_torznab, bomb), HasSubstr("no XML"));
  auto const file =
      R"(<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>)" + rss("<item><title>&e;</title></item>");
  EXPECT_THAT(error_of(read_torznab, file), HasSubstr("no XML"));
}

TEST(Torznab, WhatIsBrokenInTheMiddle) {
  auto const whole = rss(item("<torznab:attr name=\"infohash\" value=\"" + bunny + "\"/>") + item("<link>x</link>"));
  auto const cut = read_torznab(whole.substr(0, whole.size() - 60));
  EXPECT_GE(cut.hits.size(), 1u);
  auto const bad =
      read_torznab(rss("<item><title>a\x01\xff z</title><torznab:attr name='infohash' value='" + bunny + "'/></item>"));
  for (auto const& hit : bad.hits) EXPECT_EQ(valid_text(hit.name), hit.name);
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_NO_THROW(error_of(read_torznab, rss(deep)));
}

// ---- pages ----

std::string const old_page =
    R"(<!DOCTYPE html><html><body><table id="searchResult"><thead id="tableHead"><tr class="header"><th>Type</th></tr></thead>
<tr><td class="vertTh"><center><a href="/browse/200" title="">Video</a><br />(<a href="/browse/207">HD - Movies</a>)</center></td>
<td><div class="detName"><a href="/torrent/1/Big" class="detLink" title="Details">Big Buck Bunny 2008-01-01 4 GiB cut</a></div>
<a href="magnet:?xt=urn:btih:DD8255ECDC7CA55FB0BBF81323D87062DB1F6D1C&dn=Big+Buck&tr=udp%3A%2F%2Ft.example%3A1%2Fannounce" title="Download"><img src="/m.gif"/></a>
<font class="detDesc">Uploaded 02-03&nbsp;2020, Size 1.5&nbsp;GiB, ULed by <a class="detDesc" href="/user/1984/">1984</a></font></td>
<td align="right">123</td><td align="right">45</td></tr></table></body></html>)";

std::string const new_page =
    R"(<html><body><table id="searchResult"><tr><td class="vertTh"><a href="/browse/205">TV</a></td>
<td><a href="/torrent/2/2012" title="Details">2012</a></td><td>2020-02-03 12:34</td>
<td><nobr><a href="magnet:?xt=urn:btih:08ada5a7a6183aae1e09d831df6748d566095a10"><img src="m.gif"></a></nobr></td>
<td align="right">700&nbsp;MiB</td><td align="right">9</td><td align="right">8</td><td>1984</td></tr>)";

TEST(Pages, OfBothForms) {
  auto reading = read_tpb(old_page);
  ASSERT_EQ(reading.hits.size(), 1u);
  auto hit = reading.hits[0];
  EXPECT_EQ(hit.hash.key(), bunny);
  EXPECT_EQ(hit.name, "Big Buck Bunny 2008-01-01 4 GiB cut");
  EXPECT_EQ(hit.size, std::int64_t{3} << 29);
  EXPECT_EQ(hit.date, 1580688000);
  EXPECT_EQ(hit.seeders, 123);
  EXPECT_EQ(hit.leechers, 45);
  EXPECT_EQ(hit.category, Category::movies);
  EXPECT_THAT(hit.trackers, ElementsAre("udp://t.example:1/announce"));

  reading = read_tpb(new_page);
  ASSERT_EQ(reading.hits.size(), 1u);
  hit = reading.hits[0];
  EXPECT_EQ(hit.hash.key(), sintel);
  EXPECT_EQ(hit.name, "2012");
  EXPECT_EQ(hit.size, 700 << 20);
  EXPECT_EQ(hit.seeders, 9);
  EXPECT_EQ(hit.leechers, 8);
  EXPECT_EQ(hit.category, Category::tv);
  EXPECT_EQ(hit.date, 1580733240);
}

TEST(Pages, WithoutResults) {
  EXPECT_TRUE(read_tpb("<html><h2>No hits. Try adding an asterisk in you search phrase.</h2></html>").hits.empty());
  EXPECT_THAT(error_of(read_tpb, "<html><title>Just a moment...</title></html>"), HasSubstr("no table"));
  EXPECT_THAT(error_of(read_tpb, "<html>521: Web server is down</html>"), HasSubstr("down"));
  for (auto const& odd : {std::string(), std::string(" "), std::string("\0", 1)})
    EXPECT_NE(error_of(read_tpb, odd), "");
  auto const none = read_tpb("<table id=searchResult><tr><td><a href='magnet:?xt=urn:btih:" + std::string(40, '0') +
                             "'>x</a></td></tr><tr><td><a href='magnet:?'>x</a></table>");
  EXPECT_TRUE(none.hits.empty());
  EXPECT_EQ(none.without_hash, 2);
}

TEST(Pages, ThatAreHostile) {
  std::string deep = "<table id=searchResult>";
  for (int i = 0; i < 20'000; ++i) deep += "<tr><td><table>";
  EXPECT_NO_THROW(error_of(read_tpb, deep));
  auto const long_cell = "<table id=searchResult><tr><td>" + std::string(1'000'000, ' ') +
                         "<a href='magnet:?xt=urn:btih:" + bunny + "'>" + std::string(1'000'000, '7') +
                         "</a></td></tr></table>";
  auto const reading = read_tpb(long_cell);
  ASSERT_EQ(reading.hits.size(), 1u);
  EXPECT_LE(reading.hits[0].name.size(), 300u);
}

}  // namespace
