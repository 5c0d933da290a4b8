// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /health
#include "api/app.hpp"
#include "api/resources.hpp"
#include "api/shapes.hpp"
#include "http/exchange.hpp"

namespace api {
namespace {

struct Held {
  std::int64_t files = 0;  ///< complete ones
  std::int64_t bytes = 0;  ///< of verified pieces
};

/// From what the session mirrors; no disk is asked.
Held held_by(swarm::Session const& session) {
  Held held;
  for (auto const& torrent : session.torrents())
    each_file(*torrent, [&](int index, swarm::File const& file) {
      auto done = torrent->downloaded(index);
      held.bytes += done;
      held.files += done == file.size ? 1 : 0;
    });
  return held;
}

json::Object torrent_part(swarm::Session const& session) {
  auto status = session.status();
  return json::Object()
      .set("status", "running")
      .set("activeTorrents", status.torrents)
      .set("downloadSpeed", status.download_rate)
      .set("uploadSpeed", status.upload_rate)
      .set("dht", json::Object().set("enabled", status.dht_enabled).set("nodes", status.dht_nodes))
      .set("warnings", json::Array::of(status.warnings));
}

json::Object cache_part(swarm::Session const& session, Options const& options) {
  auto held = held_by(session);
  return json::Object()
      .set("status", "running")
      .set("backend", "memory")
      .set("size", held.files)
      .set("maxSize", options.cache_max_size)
      .set("diskUsage", percent(held.bytes, options.cache_max_disk_mb * 1000000) + "%");
}

}  // namespace

void health(App& app, http::Exchange& exchange) {
  auto uptime =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - app.started).count();
  exchange.work(
      [&app, session = app.session, uptime, port = app.port()] {
        auto const& options = app.options;
        return http::Response::json(
            json::Object()
                .set("status", "healthy")
                .set("timestamp", timestamp())
                .set("uptime", static_cast<std::int64_t>(uptime))
                .set("services",
                     json::Object().set("torrent", torrent_part(*session)).set("cache", cache_part(*session, options)))
                .set("config", json::Object()
                                   .set("port", port)
                                   .set("timeout", static_cast<std::int64_t>(options.torrent_timeout.count()))
                                   .set("maxRetries", options.max_retries)
                                   .set("cacheBackend", "memory")));
      },
      [&exchange](http::Response const& response) { exchange.reply(response); });
}

}  // namespace api
