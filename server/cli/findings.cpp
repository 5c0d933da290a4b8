// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/findings.hpp"

namespace cli {
namespace {

using namespace std::chrono_literals;
using search::Standing;

std::optional<std::chrono::milliseconds> ms(std::optional<std::int64_t> number) {
  return number ? std::optional(std::chrono::milliseconds(*number)) : std::nullopt;
}

trackers::Check::Row row(json::Document const& told) {
  return {told.plain("url"),
          told.plain("protocol"),
          {told.boolean("resolves").value_or(false), told.boolean("answers").value_or(false), ms(told.integer("time")),
           told.integer("seeders"), told.integer("leechers"), told.plain("message")}};
}

Standing standing(json::Document const& told) {
  auto const name = told.plain("state");
  Standing made{.name = told.plain("name"), .took = ms(told.integer("ms")), .error = told.plain("error")};
  for (auto const state : {Standing::State::ok, Standing::State::failed, Standing::State::late})
    if (name == search::name_of(state)) made.state = state;
  return made;
}

}  // namespace

std::optional<Findings> of_server(Remote const& remote, std::string const& torrent, std::chrono::seconds patience,
                                  std::stop_token const& stop) {
  auto const health = ask(remote, "/health", patience, stop);
  if (!health) return {};
  Findings found;
  auto const services = health->object("services");
  auto const swarm = services ? services->object("torrent") : std::nullopt;
  if (!swarm) throw std::runtime_error(remote.url + " does not answer as a gst-torrent-server.");
  found.server = {remote.url, std::chrono::seconds(health->integer("uptime").value_or(0)), health->strings("reasons"),
                  swarm->strings("warnings")};
  if (auto const dht = swarm->object("dht"))
    found.dht = {dht->boolean("enabled").value_or(false), static_cast<int>(dht->integer("nodes").value_or(0))};
  auto const trackers = ask(remote, "/api/trackers/check" + (torrent.empty() ? "" : "?infoHash=" + torrent),
                            trackers::Check::deadline + patience, stop);
  auto const providers = trackers ? ask(remote, "/api/providers", patience, stop) : std::nullopt;
  if (!providers) return {};
  if (auto const data = trackers->object("data"))
    for (auto const& told : data->objects("trackers")) found.trackers.push_back(row(told));
  if (auto const data = providers->object("data"))
    for (auto const& told : data->objects("providers")) found.providers.push_back(standing(told));
  return found;
}

}  // namespace cli
