// SPDX-License-Identifier: LGPL-2.1-or-later
// The fan-out, with providers that are real web servers on loopback.
#include "search/search.hpp"

#include "search/web_provider.hpp"
#include "support/website.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using namespace search;
using State = Standing::State;
using support::Website;
using testing::ElementsAre;
using testing::HasSubstr;

std::string row(char digit, std::string const& name, int seeders) {
  return R"({"name":")" + name + R"(","info_hash":")" + std::string(40, digit) + R"(","seeders":")" +
         std::to_string(seeders) + R"(","leechers":"1","category":"201"})";
}

std::string const page = "<table id=searchResult><tr><td><a href='magnet:?xt=urn:btih:" + std::string(40, 'b') +
                         "&dn=of+the+page'>m</a></td><td>5</td><td>1</td></tr></table>";
std::string const none = "[" + row('0', "Hash None", 5) + "]";

class Providers : public testing::Test {
 protected:
  /// Each on a web server of its own; pages lie where their kinds ask for them.
  Website& add(std::string const& kind, Website::Page answer) {
    auto site = std::make_unique<Website>();
    auto source = parse_source(kind + "=" + site->url("/api"));
    site->put(source.kind->address(source.url, query_).substr(site->url().size()), std::move(answer));
    sources_.push_back(std::move(source));
    sites_.push_back(std::move(site));
    return *sites_.back();
  }
  Answer find(std::chrono::milliseconds deadline = 5s) {
    std::vector<std::unique_ptr<Provider>> providers;
    for (auto const& source : sources_) providers.push_back(std::make_unique<WebProvider>(client_, source));
    search_ = std::make_unique<Search>(std::move(providers), deadline);
    std::optional<Answer> came;
    auto const ticket = search_->find(query_, [&](Answer answer) { came = std::move(answer); });
    while (!came) g_main_context_iteration(nullptr, TRUE);
    return *came;
  }
  Query query_{.text = "film"};
  fetch::Client client_{client_settings("test")};
  std::vector<std::unique_ptr<Website>> sites_;
  std::vector<Source> sources_;
  std::unique_ptr<Search> search_;
};

TEST_F(Providers, NobodyIsAsked) {
  EXPECT_TRUE(find().hits.empty());
  EXPECT_TRUE(find().providers.empty());
}

TEST_F(Providers, AreMerged) {
  add("apibay", {"[" + row('a', "one", 3) + "," + row('b', "two", 9) + "]"});
  add("torznab", {"<rss><channel><item><title>two</title><attr name='infohash' value='" + std::string(40, 'B') +
                  "'/><attr name='seeders' value='30'/></item></channel></rss>"});
  auto const answer = find();
  ASSERT_EQ(answer.hits.size(), 2u);
  EXPECT_EQ(answer.hits[0].name, "two");
  EXPECT_EQ(answer.hits[0].seeders, 30);
  EXPECT_EQ(answer.hits[0].providers.size(), 2u);
  for (auto const& provider : answer.providers) {
    EXPECT_EQ(provider.state, State::ok) << provider.error;
    EXPECT_TRUE(provider.took);
    EXPECT_TRUE(provider.answered_at);
  }
}

// One that works is heard, whatever the others do, and each of these is named.
TEST_F(Providers, TheBrokenOnesSpoilNothing) {
  add("apibay", {"[" + row('a', "film", 3) + "]"});
  struct {
    Website::Page page;
    State state;
    char const* says;
  } const broken[] = {
      {{"<html>"}, State::failed, "web page"},
      {{"", 503}, State::failed, "503"},
      {{.body = std::string(1 << 20, ' '), .endless = true}, State::failed, "larger"},
      {{.body = "", .silent = true}, State::late, "time"},
      {{.body = std::string(100, ' '), .drips = true}, State::late, "time"},
      {{"", 302, "Location: http://moved.invalid/\r\n"}, State::failed, "moved.invalid"},
      {{"", 302, "Location: file:///etc/passwd\r\n"}, State::failed, "redirect"},
  };
  for (auto const& one : broken) add("torznab", one.page);
  auto const begun = std::chrono::steady_clock::now();
  auto const answer = find(1500ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
  ASSERT_EQ(answer.hits.size(), 1u);
  EXPECT_EQ(answer.providers[0].state, State::ok);
  for (std::size_t i = 0; i < std::size(broken); ++i) {
    auto const& told = answer.providers[i + 1];
    EXPECT_EQ(told.state, broken[i].state) << broken[i].says << ": " << told.error;
    EXPECT_THAT(told.error, HasSubstr(broken[i].says));
  }
  EXPECT_EQ(search_->standings()[1].state, State::failed);
}

TEST_F(Providers, NobodyListens) {
  sources_.push_back(parse_source("apibay=http://127.0.0.1:" + std::to_string(support::free_port())));
  auto const answer = find();
  EXPECT_EQ(answer.providers[0].state, State::failed);
  EXPECT_THAT(answer.providers[0].error, HasSubstr("can't be reached"));
}

TEST_F(Providers, PagesStandInForABayWithoutHashes) {
  add("apibay", {none});
  auto const& bay = add("tpb", {page});
  auto const answer = find();
  EXPECT_THAT(answer.providers[0].error, HasSubstr("Hash None"));
  EXPECT_EQ(answer.providers[1].state, State::ok);
  ASSERT_EQ(answer.hits.size(), 1u);
  EXPECT_EQ(answer.hits[0].name, "of the page");
  EXPECT_EQ(bay.asked().size(), 1u);
}

TEST_F(Providers, PagesAreNotAskedBesideABayThatWorks) {
  add("apibay", {"[" + row('a', "film", 3) + "]"});
  auto const& bay = add("tpb", {page});
  auto const answer = find();
  EXPECT_EQ(answer.providers[1].state, State::unused);
  EXPECT_TRUE(bay.asked().empty());
}

TEST_F(Providers, PagesStandInForABayThatIsSilent) {
  add("apibay", {.body = "", .silent = true});
  add("tpb", {page});
  auto const answer = find(3s);
  EXPECT_EQ(answer.providers[0].state, State::late);
  EXPECT_EQ(answer.hits.size(), 1u);
}

TEST_F(Providers, PagesAloneAreAskedAtOnce) {
  add("tpb", {page});
  EXPECT_EQ(find().hits.size(), 1u);
}

// Who leaves is told nothing.
TEST_F(Providers, CanBeLeft) {
  auto const& site = add("apibay", {.body = "", .silent = true});
  std::vector<std::unique_ptr<Provider>> providers;
  providers.push_back(std::make_unique<WebProvider>(client_, sources_[0]));
  Search search(std::move(providers), 500ms);
  bool called = false;
  auto ticket = search.find(query_, [&](Answer const&) { called = true; });
  while (site.asked().empty()) g_main_context_iteration(nullptr, TRUE);
  ticket.reset();
  bool over = false;
  g_timeout_add(
      700, [](gpointer flag) -> gboolean { return *static_cast<bool*>(flag) = true, G_SOURCE_REMOVE; }, &over);
  while (!over) g_main_context_iteration(nullptr, TRUE);
  EXPECT_FALSE(called);
}

}  // namespace
