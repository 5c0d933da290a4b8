// SPDX-License-Identifier: LGPL-2.1-or-later
// Why nothing comes, before anybody asks: trackers, ports, DHT, search providers, buffers.
#include "cli/command.hpp"
#include "cli/download.hpp"
#include "cli/findings.hpp"
#include "cli/loop.hpp"
#include "cli/providers.hpp"
#include "cli/text.hpp"
#include "config.hpp"
#include "lib/json/json.hpp"
#include "search/shape.hpp"
#include "swarm/locator.hpp"
#include "swarm/session.hpp"
#include "swarm_settings.hpp"
#include "tracker/question.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

namespace cli {
namespace {

using namespace std::chrono_literals;

std::vector<trackers::Check::Row> ask_trackers(std::vector<std::string> const& urls,
                                               std::optional<swarm::InfoHash> const& hash,
                                               std::stop_token const& stop) {
  std::vector<trackers::Question> questions;
  for (auto const& url : urls) questions.push_back(tracker::question(url, hash, [](auto const&) { return true; }));
  bool over = urls.empty();
  trackers::Check const check(questions, [&] { over = true; });
  run_until([&] { return over; }, trackers::Check::deadline, stop);
  return check.rows();
}

/// A session without a torrent, at ports of its own.
Dht ask_dht(std::chrono::seconds patience, std::stop_token const& stop) {
  auto wanted = settings_in_memory();
  if (!wanted.dht || !wanted.p2p) return {};
  wanted.port_mapping = false;
  auto const session = swarm::Session::create(wanted);
  Dht dht{.on = true};
  auto const until = std::chrono::steady_clock::now() + patience;
  while (dht.nodes == 0 && std::chrono::steady_clock::now() < until && !stop.stop_requested()) {
    run_until([] { return false; }, 200ms, stop);
    dht.nodes = session->status().dht_nodes;
  }
  session->stop();
  return dht;
}

std::vector<search::Standing> ask_providers(Config const& config, std::stop_token const& stop) {
  Providers providers(config.search_providers, std::chrono::milliseconds(config.search_timeout));
  if (providers.empty()) return {};
  std::optional<search::Answer> answer;
  auto const ticket = providers.search().find({.text = "big buck bunny"}, [&](auto came) { answer = std::move(came); });
  run_until([&] { return answer.has_value(); }, providers.search().deadline() + 5s, stop);
  return providers.search().standings();
}

void line(char const* state, std::string const& what, std::string const& more = {}) {
  std::printf("  %-8s %s%s%s\n", state, plain(what).c_str(), more.empty() ? "" : ": ", plain(more).c_str());
}

void print(Findings const& found) {
  if (found.server) {
    std::puts("Server");
    if (found.server->reasons.empty())
      line("ok", found.server->url, "up for " + std::to_string(found.server->uptime.count()) + " s");
    for (auto const& reason : found.server->reasons) line("failed", reason);
    for (auto const& warning : found.server->warnings) line("!", warning);
  }
  std::puts("Trackers");
  for (auto const& row : found.trackers) {
    auto const& verdict = row.verdict;
    auto more = verdict.message;
    if (verdict.answers && verdict.after)
      more = std::to_string(verdict.after->count()) + " ms" + (more.empty() ? "" : ", " + more);
    if (auto const peers = row.peers())
      more += ", " + std::to_string(*peers) + " peers, " + std::to_string(*verdict.seeders) + " of them seeders";
    line(verdict.answers ? "ok" : verdict.resolves ? "silent" : "no name", row.url, more);
  }
  if (!found.tracker_answers())
    line("!",
         "None answers. Is it on the Internet? Let UDP and HTTPS out of the firewall, or name others "
         "(TORRENT_TRACKERS, TORRENT_TRACKERS_FROM).");
  if (!found.server) std::puts("Ports for peers");
  for (auto const& port : found.ports)
    line(port.open ? "ok" : port.taken ? "taken" : "failed", port.protocol + " " + port.address, port.message);
  std::puts("DHT");
  if (!found.dht.on)
    line("off", "TORRENT_DHT");
  else if (found.dht.nodes == 0)
    line("failed", "No node answered: let UDP in and out of the firewall.");
  else
    line("ok", std::to_string(found.dht.nodes) + " nodes");
  std::puts("Search providers");
  if (found.providers.empty()) line("none", "set SEARCH_PROVIDERS to have some: apibay, torznab=URL, tpb=URL");
  for (auto const& one : found.providers)
    line(search::name_of(one.state), one.name,
         one.error.empty() ? one.took ? std::to_string(one.took->count()) + " ms" : "" : one.error);
  if (!found.server) std::puts("Buffers of sockets");
  for (auto const& buffer : found.buffers)
    line(buffer.enough() ? "ok" : "small", buffer.name + " is " + std::to_string(buffer.bytes),
         buffer.enough() ? "" : "fast lines are better with: " + buffer.remedy());
}

std::string as_json(Findings const& found) {
  json::Array trackers, ports, providers, buffers;
  for (auto const& row : found.trackers)
    trackers.add(
        json::Object()
            .set("url", row.url)
            .set("protocol", row.protocol)
            .set("resolves", row.verdict.resolves)
            .set("answers", row.verdict.answers)
            .set("time", row.verdict.after ? std::optional<std::int64_t>(row.verdict.after->count()) : std::nullopt)
            .set("peers", row.peers())
            .set("message", row.verdict.message));
  for (auto const& port : found.ports)
    ports.add(json::Object()
                  .set("address", port.address)
                  .set("protocol", port.protocol)
                  .set("open", port.open)
                  .set("taken", port.taken)
                  .set("message", port.message));
  for (auto const& one : found.providers) providers.add(search::shape(one));
  for (auto const& buffer : found.buffers)
    buffers.add(json::Object()
                    .set("name", buffer.name)
                    .set("bytes", buffer.bytes)
                    .set("enough", buffer.enough())
                    .set("remedy", buffer.enough() ? std::optional<std::string>() : buffer.remedy()));
  json::Object made;
  made.set("ok", found.ok());
  if (auto const& server = found.server)
    made.set("server", json::Object()
                           .set("url", server->url)
                           .set("uptime", std::int64_t{server->uptime.count()})
                           .set("reasons", json::Array::of(server->reasons))
                           .set("warnings", json::Array::of(server->warnings)));
  return made.set("trackers", std::move(trackers))
      .set("ports", std::move(ports))
      .set("dht", json::Object().set("enabled", found.dht.on).set("nodes", found.dht.nodes))
      .set("providers", std::move(providers))
      .set("buffers", std::move(buffers))
      .text();
}

Findings of_this_machine(Config const& config, std::optional<swarm::Locator> const& torrent,
                         std::chrono::seconds patience, std::stop_token const& stop) {
  auto urls = config.torrent_trackers;
  if (torrent)
    for (auto const& url : torrent->trackers)
      if (std::ranges::find(urls, url) == urls.end()) urls.push_back(url);
  Findings found;
  found.ports = try_ports(config.torrent_listen);
  found.buffers = socket_buffers();
  found.trackers = ask_trackers(urls, torrent ? std::optional(torrent->hash) : std::nullopt, stop);
  found.dht = ask_dht(patience, stop);
  found.providers = ask_providers(config, stop);
  return found;
}

int run(std::vector<std::string> arguments, std::stop_token stop) {
  gboolean json = FALSE;
  int timeout = 10;
  g_autofree char* server = nullptr;
  GOptionEntry const entries[] = {
      {"json", 'j', 0, G_OPTION_ARG_NONE, &json, "Print it as JSON", nullptr},
      {"server", 's', 0, G_OPTION_ARG_STRING, &server,
       "Ask a running gst-torrent-server how it fares (with API_TOKEN, if that is set)", "URL"},
      {"timeout", 't', 0, G_OPTION_ARG_INT, &timeout, "Seconds to wait for the DHT, or for the server (10)", "S"},
      {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
  auto const rest = parse(
      check, std::move(arguments), entries,
      "With a TORRENT its own trackers are asked, too, and how many peers they know; a server has to have it. The\n"
      "exit status is 1 if no peers could be found (no tracker answers, and no node of the DHT), no port can be\n"
      "opened, a search provider fails, or the server can't be reached or says that it is not well.");
  if (rest.size() > 1) throw Usage("Give one torrent, or none.");
  if (timeout < 1 || timeout > 600) throw Usage("--timeout must be from 1 to 600.");
  auto config = default_config();
  read_environment(config);
  std::optional<swarm::Locator> torrent;
  if (!rest.empty()) torrent = swarm::Locator::parse(rest[0]);
  auto const patience = std::chrono::seconds(timeout);
  auto const found = server ? of_server({server, config.api_token}, torrent ? torrent->hash.key() : "", patience, stop)
                            : std::optional(of_this_machine(config, torrent, patience, stop));
  if (!found || stop.stop_requested()) return interrupted;
  if (json)
    std::puts(as_json(*found).c_str());
  else
    print(*found);
  return found->ok() ? done : failed;
}

}  // namespace

Command const check = {"check", "[TORRENT]", "what keeps peers away: trackers, ports, DHT, search providers, buffers",
                       run};

}  // namespace cli
