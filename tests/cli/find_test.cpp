// SPDX-License-Identifier: LGPL-2.1-or-later
// gst-torrent search and gst-torrent check, with providers, trackers and a server on loopback.
#include "server/running.hpp"
#include "support/tracker.hpp"
#include "support/website.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace {

using support::FaultyTracker;
using support::Website;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string const hash(40, 'a');

class CliFind : public testing::Test {
 protected:
  [[nodiscard]] support::Ran run(std::vector<std::string> arguments, Environment more = {}) const {
    Environment environment = quiet(folder_, {{"TORRENT_TRACKERS", "udp://own.example:1/announce"}});
    environment.insert(environment.end(), more.begin(), more.end());
    arguments.insert(arguments.begin(), CLI);
    return support::run(arguments, {.environment = environment, .folder = folder_.str()});
  }
  void SetUp() override {
    bay_.put("/q.php?q=big%20film&cat=200",
             {R"([{"name":"The big\u001b[31m film","info_hash":")" + hash +
              R"(","seeders":"12","leechers":"3","size":"1000000","added":"1580733296","category":"207"}])"});
  }
  support::TempDir folder_{"cli"};
  Website bay_;
};

TEST_F(CliFind, ATable) {
  auto const ran = run({"search", "--provider", "apibay=" + bay_.url(), "big", "film"});
  EXPECT_EQ(ran.exit.code, 0) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("12"), HasSubstr("1.0\u00a0MB"), HasSubstr("2020-02-03"), HasSubstr(hash),
                             HasSubstr("The big [31m film"), Not(HasSubstr("\x1b"))));
  EXPECT_EQ(ran.err, "");
}

TEST_F(CliFind, Json) {
  auto const ran = run({"search", "--json", "big film"}, {{"SEARCH_PROVIDERS", "library apibay=" + bay_.url()}});
  EXPECT_EQ(at(ran.out, "$.results[0].infoHash"), '"' + hash + '"') << ran.err;
  EXPECT_THAT(at(ran.out, "$.results[0].magnet"), HasSubstr("own.example"));
  EXPECT_EQ(at(ran.out, "$.providers[*].state"), "\"ok\"");
}

TEST_F(CliFind, ThroughAServer) {
  Running server(Environment{{"SEARCH_PROVIDERS", "apibay=" + bay_.url()}, {"API_TOKEN", "sesame"}});
  auto const ran = run({"search", "--server", server.url(), "big", "film"}, {{"API_TOKEN", "sesame"}});
  EXPECT_EQ(ran.exit.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(hash));
  auto const refused = run({"search", "--server", server.url(), "big", "film"});
  EXPECT_EQ(refused.exit.code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("401"), HasSubstr("API_TOKEN")));
}

TEST_F(CliFind, ThroughAServerThatLies) {
  Website server;
  auto const answer = [](std::string const& results) {
    return Website::Page{R"({"success": true, "message": "\u001b]0;mine\u0007", "data": {"results": [)" + results +
                         R"(], "providers": [{"name": "\u001b[31m", "error": "\u001b[31mred"}]}})"};
  };
  server.put("/search?q=film&category=video&limit=50", answer(""));
  server.put("/search?q=many&category=video&limit=50",
             answer(R"({"name": "x", "infoHash": "\u001b[2J", "date": "\u001b[1m"})"));
  for (auto const* word : {"film", "many"}) {
    auto const ran = run({"search", "--server", server.url(), word});
    EXPECT_FALSE((ran.out + ran.err).empty());
    EXPECT_THAT(ran.out + ran.err, Not(HasSubstr("\x1b")));
  }
}

TEST_F(CliFind, SaysWhyNothingIsFound) {
  bay_.put("/q.php?q=none&cat=200",
           {R"([{"name":"No results returned","info_hash":")" + std::string(40, '0') + "\"}]"});
  bay_.put("/q.php?q=hash&cat=200", {R"([{"name":"Hash","info_hash":"None"}])"});
  auto const provider = "--provider=apibay=" + bay_.url();
  auto const none = run({"search", provider, "none"});
  EXPECT_EQ(none.exit.code, 3) << none.err;
  EXPECT_THAT(none.err, HasSubstr("fewer words"));
  auto const broken = run({"search", provider, "hash"});
  EXPECT_EQ(broken.exit.code, 1);
  EXPECT_THAT(broken.err, AllOf(HasSubstr("Hash None"), HasSubstr("tpb=URL")));
  auto const nobody = run({"search", "film"});
  EXPECT_EQ(nobody.exit.code, 2);
  EXPECT_THAT(nobody.err, HasSubstr("SEARCH_PROVIDERS"));
  for (auto const& wrong : std::vector<std::vector<std::string>>{
           {"search"}, {"search", "-n", "0", "x"}, {"search", "-c", "films", "x"}, {"search", "-p", "google", "x"}})
    EXPECT_EQ(run(wrong).exit.code, 2);
}

TEST_F(CliFind, CheckOfWhatWorks) {
  FaultyTracker tracker(FaultyTracker::Fault::failure), silent(FaultyTracker::Fault::silent);
  bay_.put("/q.php?q=big%20buck%20bunny&cat=200", {"[]"});
  Environment const environment{{"TORRENT_TRACKERS", tracker.url() + " " + silent.url()},
                                {"SEARCH_PROVIDERS", "library apibay=" + bay_.url()}};
  auto const ran = run({"check", "--json"}, environment);
  EXPECT_EQ(ran.exit.code, 0) << ran.out << ran.err;
  EXPECT_EQ(at(ran.out, "$.ok"), "true");
  EXPECT_EQ(at(ran.out, "$.trackers[*].answers"), "true,false");
  EXPECT_EQ(at(ran.out, "$.trackers[*].resolves"), "true,true");
  EXPECT_EQ(at(ran.out, "$.ports[*].protocol"), R"("TCP","UDP")");
  EXPECT_EQ(at(ran.out, "$.ports[*].open"), "true,true");
  EXPECT_EQ(at(ran.out, "$.dht"), R"({"enabled":false,"nodes":0})");
  EXPECT_EQ(at(ran.out, "$.providers[*].state"), "\"ok\"");
  auto const text = run({"check"}, environment);
  EXPECT_EQ(text.exit.code, 0);
  EXPECT_THAT(text.out, AllOf(HasSubstr("ok       " + tracker.url()), HasSubstr("silent   " + silent.url())));
}

TEST_F(CliFind, CheckOfAServer) {
  FaultyTracker tracker(FaultyTracker::Fault::failure), silent(FaultyTracker::Fault::silent);
  bay_.put("/q.php?q=big%20film&cat=200", {"<html>"});
  Running server(Environment{{"TORRENT_TRACKERS", tracker.url() + " " + silent.url()},
                             {"SEARCH_PROVIDERS", "apibay=" + bay_.url()},
                             {"API_TOKEN", "sesame"}});
  Environment const key{{"API_TOKEN", "sesame"}};
  auto const well = run({"check", "--json", "--server", server.url() + "/"}, key);
  EXPECT_EQ(well.exit.code, 0) << well.out << well.err;
  EXPECT_EQ(at(well.out, "$.ok"), "true");
  EXPECT_EQ(at(well.out, "$.server.reasons"), "[]");
  EXPECT_THAT(at(well.out, "$.trackers[*].answers"), AllOf(HasSubstr("true"), HasSubstr("false")));
  EXPECT_EQ(at(well.out, "$.providers[*].state"), "\"unused\"");

  server.get("/search?q=big%20film&token=sesame");
  std::filesystem::remove_all(server.folder().path() / "downloads");
  auto const ill = run({"check", "-s", server.url()}, key);
  EXPECT_EQ(ill.exit.code, 1);
  EXPECT_THAT(ill.out, AllOf(HasSubstr("failed   The download folder"), HasSubstr("ok       " + tracker.url()),
                             HasSubstr("silent   " + silent.url()), HasSubstr("web page"), Not(HasSubstr("Buffers"))));

  auto const refused = run({"check", "-s", server.url()});
  EXPECT_EQ(refused.exit.code, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("401"), HasSubstr("API_TOKEN")));
  auto const unknown = run({"check", "-s", server.url(), hash}, key);
  EXPECT_EQ(unknown.exit.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("404"));
  auto const other = run({"check", "-s", bay_.url()});
  EXPECT_EQ(other.exit.code, 1);
  EXPECT_THAT(other.err, HasSubstr("gst-torrent-server"));
}

TEST_F(CliFind, CheckOfWhatDoesNot) {
  support::Endpoint const taken{"127.0.0.1", support::free_port()};
  auto const listener = support::listen_on(taken);
  bay_.put("/q.php?q=big%20buck%20bunny&cat=200", {"<html>"});
  auto const ran = run({"check"}, {{"TORRENT_TRACKERS", "udp://no.such.host.invalid:1/announce"},
                                   {"TORRENT_LISTEN", taken.str()},
                                   {"SEARCH_PROVIDERS", "apibay=" + bay_.url()}});
  EXPECT_EQ(ran.exit.code, 1);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("no name  udp://no.such.host.invalid"), HasSubstr("None answers"),
                             HasSubstr("taken    TCP"), HasSubstr("TORRENT_LISTEN"), HasSubstr("web page")));
}

}  // namespace
