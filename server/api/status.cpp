// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /status
#include "api/app.hpp"
#include "api/memory.hpp"
#include "api/resources.hpp"
#include "api/shapes.hpp"
#include "http/exchange.hpp"

namespace api {
namespace {

json::Object memory_part(Memory const& used) {
  return json::Object().set("resident", used.resident).set("own", used.anonymous);
}

json::Object session_part(swarm::SessionStatus const& status) {
  return json::Object()
      .set("torrents", status.torrents)
      .set("peers", status.peers)
      .set("downloadSpeed", status.download_rate)
      .set("uploadSpeed", status.upload_rate)
      .set("listenPort", status.listen_port)
      .set("dht", json::Object().set("enabled", status.dht_enabled).set("nodes", status.dht_nodes))
      .set("warnings", json::Array::of(status.warnings));
}

/// In milliseconds.
json::Object loop_part(http::Pulse::Longest const& longest) {
  auto ms = [](std::chrono::microseconds time) { return static_cast<double>(time.count()) / 1000; };
  return json::Object().set("longestTurn", ms(longest.turn)).set("longestOwnTurn", ms(longest.own));
}

}  // namespace

void status(App& app, http::Exchange& exchange) {
  auto uptime =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - app.started).count();
  exchange.work(
      [&app, session = app.session, uptime, connections = app.connections(), addresses = app.addresses(),
       longest = app.longest()] {
        json::Object settings;
        for (auto const& [name, value] : app.options.in_force) settings.set(name.c_str(), value);
        return http::Response::data(json::Object()
                                        .set("version", app.options.version)
                                        .set("uptime", static_cast<std::int64_t>(uptime))
                                        .set("timestamp", timestamp())
                                        .set("addresses", json::Array::of(addresses))
                                        .set("memory", memory_part(memory()))
                                        .set("session", session_part(session->status()))
                                        .set("http", json::Object().set("connections", connections))
                                        .set("mainLoop", loop_part(longest))
                                        .set("settings", std::move(settings)));
      },
      [&exchange](http::Response const& response) { exchange.reply(response); });
}

}  // namespace api
