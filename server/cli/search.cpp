// SPDX-License-Identifier: LGPL-2.1-or-later
#include "search/search.hpp"

#include "cli/command.hpp"
#include "cli/loop.hpp"
#include "cli/providers.hpp"
#include "cli/remote.hpp"
#include "cli/text.hpp"
#include "config.hpp"
#include "log.hpp"
#include "search/shape.hpp"
#include "search/text.hpp"
#include "search/web_provider.hpp"
#include "swarm/locator.hpp"
#include "swarm_settings.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

namespace cli {
namespace {

using namespace std::chrono_literals;

Config configured() {
  auto config = default_config();
  config.log_level = "warn";
  read_environment(config);
  start_log(config.log_level);
  return config;
}

/// What the answer to GET /search has in `data`, whoever gave it.
struct Found {
  std::string json;
  std::string why;  ///< nothing was found
};

std::string magnet_of(search::Hit const& hit, Config const& config) {
  swarm::Locator locator{.hash = hit.hash, .name = hit.name, .trackers = hit.trackers};
  if (config.tracker_inject)
    for (auto const& url : config.torrent_trackers)
      if (std::ranges::find(locator.trackers, url) == locator.trackers.end()) locator.trackers.push_back(url);
  return locator.magnet();
}

Found found_by_providers(search::Query const& query, Config const& config, std::vector<std::string> const& named,
                         std::stop_token const& stop) {
  Providers providers(named.empty() ? config.search_providers : named,
                      std::chrono::milliseconds(config.search_timeout));
  if (providers.empty())
    throw Usage(
        "No provider is named: set SEARCH_PROVIDERS or give --provider (apibay, torznab=URL, tpb=URL), or ask a "
        "running "
        "server with --server.");
  std::optional<search::Answer> answer;
  auto const ticket = providers.search().find(query, [&](search::Answer came) { answer = std::move(came); });
  if (!run_until([&] { return answer.has_value(); }, providers.search().deadline() + 5s, stop)) return {};
  json::Array results, standings;
  for (auto const& hit : answer->hits) results.add(search::shape(hit, magnet_of(hit, config)));
  for (auto const& standing : answer->providers) standings.add(search::shape(standing));
  return {json::Object()
              .set("query", query.text)
              .set("category", search::name_of(query.category))
              .set("results", std::move(results))
              .set("providers", std::move(standings))
              .text(),
          answer->hits.empty() ? search::why_nothing_was_found(*answer) : ""};
}

Found found_by_server(std::string const& server, search::Query const& query, Config const& config,
                      std::stop_token const& stop) {
  auto const path = "/search?q=" + search::encoded(query.text) + "&category=" + search::name_of(query.category) +
                    "&limit=" + std::to_string(query.limit);
  auto const body = ask({server, config.api_token}, path, std::chrono::milliseconds(config.search_timeout) + 30s, stop);
  if (!body) return {};
  auto const data = body->object("data");
  if (!data) throw std::runtime_error(server + " does not answer as a gst-torrent-server.");
  return {data->text(), body->string("message").value_or("")};
}

/// One line each, with the hash at the end: that is what other commands take.
void print(json::Document const& data) {
  auto const count = [](std::optional<std::int64_t> number) { return number ? std::to_string(*number) : "?"; };
  auto const results = data.objects("results");
  if (!results.empty())
    std::printf("%7s %7s %10s  %-10s  %-40s  %s\n", "seeders", "others", "size", "date", "info hash", "name");
  for (auto const& hit : results) {
    auto const size = hit.integer("size");
    std::printf("%7s %7s %10s  %-10s  %-40s  %s%s\n", count(hit.integer("seeders")).c_str(),
                count(hit.integer("leechers")).c_str(), size ? bytes(*size).c_str() : "?",
                plain(hit.string("date").value_or("?").substr(0, 10)).c_str(),
                plain(hit.string("infoHash").value_or("")).c_str(),
                hit.boolean("cached").value_or(false) ? "(here) " : "",
                search::plain_name(hit.string("name").value_or("")).c_str());
  }
  if (results.empty()) return;  // the reason names them
  for (auto const& provider : data.objects("providers"))
    if (auto const error = provider.string("error"))
      std::fprintf(stderr, "gst-torrent: %s\n", plain(provider.string("name").value_or("") + ": " + *error).c_str());
}

int run(std::vector<std::string> arguments, std::stop_token stop) {
  gboolean json = FALSE;
  int limit = 50;
  g_autofree char* category = nullptr;
  g_autofree char* server = nullptr;
  g_auto(GStrv) providers = nullptr;
  GOptionEntry const entries[] = {{"json", 'j', 0, G_OPTION_ARG_NONE, &json, "Print it as JSON", nullptr},
                                  {"category", 'c', 0, G_OPTION_ARG_STRING, &category,
                                   "all, video, movies, tv, audio, apps, games, adult, other (video)", "NAME"},
                                  {"limit", 'n', 0, G_OPTION_ARG_INT, &limit, "Results at most (50)", "N"},
                                  {"server", 's', 0, G_OPTION_ARG_STRING, &server,
                                   "Ask a running gst-torrent-server (with API_TOKEN, if that is set)", "URL"},
                                  {"provider", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &providers,
                                   "Ask this one in place of SEARCH_PROVIDERS: apibay, apibay=URL, torznab=URL, "
                                   "tpb=URL; may be given several times",
                                   "KIND=URL"},
                                  {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
  auto const rest = parse(find, std::move(arguments), entries);
  std::string words;
  for (auto const& word : rest) words += (words.empty() ? "" : " ") + word;
  search::Query query{.text = search::plain_name(words)};
  if (search::words(query.text).empty()) throw Usage("Say what to look for: a word or more.");
  if (limit < 1 || limit > 500) throw Usage("--limit must be from 1 to 500.");
  query.limit = static_cast<std::size_t>(limit);
  if (category) {
    auto const known = search::category_named(category);
    if (!known) throw Usage("--category must be one of: " + search::category_names() + ".");
    query.category = *known;
  }
  std::vector<std::string> named;
  for (char** one = providers; one && *one; ++one) named.emplace_back(*one);
  auto const config = configured();
  auto const found =
      server ? found_by_server(server, query, config, stop) : found_by_providers(query, config, named, stop);
  if (found.json.empty()) return interrupted;
  auto const data = json::Document::parse(found.json);
  if (json)
    std::puts(found.json.c_str());
  else
    print(data);
  if (!data.objects("results").empty()) return done;
  std::fprintf(stderr, "gst-torrent: %s\n", plain(found.why).c_str());
  auto const standings = data.objects("providers");
  return std::ranges::any_of(standings, [](auto const& one) { return one.has("error"); }) ? failed : nobody;
}

}  // namespace

Command const find = {"search", "WORD...", "torrents by name", run};

}  // namespace cli
