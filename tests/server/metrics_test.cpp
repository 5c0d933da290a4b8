// SPDX-License-Identifier: LGPL-2.1-or-later
// /metrics of the real program, checked as promtool would.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"

#include <gmock/gmock.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace {

using support::MiB;

using Samples = std::map<std::string, double>;  // "name{labels}" -> value

/// Fails for whatever Prometheus would refuse, or promtool warns of.
Samples parse(std::string const& text) {
  static std::regex const comment("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)");
  static std::regex const sample("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(.*)\\})? (\\S+)");
  static std::regex const labels("([a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\\n]|\\\\[\\\\\"n])*\",?)*");
  Samples samples;
  std::map<std::string, std::string> types;
  std::set<std::string> helps;
  EXPECT_TRUE(text.ends_with("\n"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch m;
    if (std::regex_match(line, m, comment)) {
      if (m[1] == "HELP") {
        EXPECT_TRUE(helps.insert(m[2]).second) << "twice: " << line;
        EXPECT_GT(m[3].length(), 5) << line;
      } else {
        EXPECT_TRUE(types.emplace(m[2], m[3]).second) << "twice: " << line;
        EXPECT_THAT(m[3].str(), testing::AnyOf("counter", "gauge", "histogram")) << line;
        EXPECT_EQ(m[3] == "counter", m[2].str().ends_with("_total")) << line;
      }
      continue;
    }
    EXPECT_TRUE(std::regex_match(line, m, sample)) << line;
    if (m.empty()) continue;
    EXPECT_TRUE(std::regex_match(m[3].str(), labels)) << line;
    EXPECT_FALSE(std::regex_search(line, std::regex("[0-9a-f]{40}"))) << "an info hash: " << line;
    auto family = std::regex_replace(m[1].str(), std::regex("_(bucket|sum|count)$"), "");
    if (!types.contains(family)) family = m[1];
    EXPECT_TRUE(types.contains(family) && helps.contains(family)) << "without HELP and TYPE before it: " << line;
    EXPECT_TRUE(samples.emplace(m[1].str() + m[2].str(), std::stod(m[4])).second) << "twice: " << line;
  }
  // Buckets count all that is not larger, the last one everything.
  std::map<std::string, double> last;
  for (std::istringstream again(text); again;) {
    std::string line;
    std::getline(again, line);
    std::smatch m;
    if (!std::regex_match(line, m, std::regex("(\\w+)_bucket\\{(.*?),?le=\"([^\"]+)\"\\} (\\S+)"))) continue;
    auto const series = m[1].str() + "{" + m[2].str() + "}";
    EXPECT_GE(std::stod(m[4]), last[series]) << line;
    last[series] = std::stod(m[4]);
    if (m[3] == "+Inf") {
      auto const count = m[1].str() + "_count" + (m[2].length() ? "{" + m[2].str() + "}" : "");
      EXPECT_EQ(samples[count], last[series]) << count;
    }
  }
  return samples;
}

Samples scrape(Running& server) {
  auto const got = server.get("/metrics");
  EXPECT_EQ(got.status(), 200);
  EXPECT_EQ(got["Content-Type"], "text/plain; version=0.0.4; charset=utf-8");
  return parse(got.body);
}

TEST(Metrics, AreWellFormedAndCount) {
  support::Swarm swarm(support::make_torrent("film.mkv", 2 * MiB), 1);
  Running server;
  auto const before = scrape(server);
  EXPECT_EQ(before.at("gst_torrent_torrents{state=\"complete\"}"), 0);
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  auto const target = "/stream/proxy/" + swarm.torrent().key;
  ASSERT_EQ(server.get(target).status(), 200);
  ASSERT_EQ(server.get(target, {{"Range", "bytes=1000000-1000099"}}).status(), 206);
  ASSERT_EQ(server.get("/stream/proxy/xyz").status(), 400);
  ASSERT_EQ(server.get("/nowhere/" + std::string(40, 'a')).status(), 404);
  ASSERT_EQ(server.ask({.method = "BREW", .target = "/"}).status(), 405);
  auto const stream = [](char const* code) {
    return "gst_torrent_http_requests_total{code=\"" + std::string(code) +
           "\",method=\"GET\",route=\"/stream/proxy/:infoHash\"}";
  };
  Samples const expected{
      {stream("200"), 1},
      {stream("206"), 1},
      {stream("400"), 1},
      {"gst_torrent_http_requests_total{code=\"404\",method=\"GET\",route=\"none\"}", 1},
      {"gst_torrent_http_requests_total{code=\"405\",method=\"other\",route=\"none\"}", 1},
      {"gst_torrent_http_request_duration_seconds_count{route=\"/stream/proxy/:infoHash\"}", 3},
      {"gst_torrent_stream_first_byte_seconds_count{at=\"start\"}", 1},
      {"gst_torrent_stream_first_byte_seconds_count{at=\"seek\"}", 1},
      {"gst_torrent_torrents{state=\"complete\"}", 1},
  };
  // A request counts when its answer is done, of which its client may know first.
  Samples after;
  support::eventually([&] {
    after = scrape(server);
    return std::ranges::all_of(expected, [&](auto const& one) { return after[one.first] >= one.second; });
  });
  for (auto const& [name, value] : expected) EXPECT_EQ(after[name], value) << name;
  for (auto const& [name, value] : before)
    if (name.find("_total") != std::string::npos || name.find("_count") != std::string::npos ||
        name.find("_bucket") != std::string::npos) {
      EXPECT_GE(after[name], value) << name;
    }
  EXPECT_EQ(after["gst_torrent_cache_lookups_total{result=\"hit\"}"] +
                after["gst_torrent_cache_lookups_total{result=\"miss\"}"],
            1);
  EXPECT_GT(after["process_resident_memory_bytes"], 1e6);
  EXPECT_GE(after["process_resident_memory_bytes"], after["process_anonymous_memory_bytes"]);
  EXPECT_GT(after["process_start_time_seconds"], 1.5e9);
  EXPECT_GE(after["gst_torrent_http_connections"], 1);
}

TEST(Metrics, SeeASwarmThatStalls) {
  support::Swarm swarm(support::make_torrent("film.mkv", 4 * MiB), 1, {.upload_limit = 1000 * 1000});
  Running server(Environment{{"TORRENT_KEEP", "false"}});
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  ASSERT_EQ(server.get("/stream/proxy/" + swarm.torrent().key).status(), 200);
  EXPECT_GT(scrape(server)["gst_torrent_stream_stall_seconds_count"], 0) << "4 MiB at 1 MB/s: pieces take longer";
}

}  // namespace
