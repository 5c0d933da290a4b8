// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /health
#include "api/app.hpp"
#include "api/resources.hpp"
#include "api/shapes.hpp"
#include "http/exchange.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

namespace api {
namespace {

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

json::Object cache_part(App const& app) {
  auto const sums = app.index->sums();
  auto const limits = app.cleaning->settings().limits;
  auto const trouble = app.index->trouble();
  auto part = json::Object()
                  .set("status", trouble.empty() ? "running" : "degraded")
                  .set("backend", app.index->traits().name)
                  .set("size", sums.files)
                  .set("maxSize", limits.most_files)
                  .set("diskUsage", percent(sums.on_disk, limits.most_bytes) + "%");
  if (!trouble.empty()) part.set("message", trouble);
  return part;
}

/// Less than this is a full disk: not even what is being written fits.
constexpr std::uint64_t least_room = 16 * 1024 * 1024;

/// Why nothing can be written to a folder; empty if it can.
std::string trouble_of(std::string const& folder, std::string const& name) {
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0) return "The " + name + " can't be reached: was it moved or unmounted?";
  if ((disk.f_flag & ST_RDONLY) || access(folder.c_str(), W_OK | X_OK) != 0)
    return "The " + name + " can't be written to: check its permissions and how it is mounted.";
  if (static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize < least_room)
    return "The disk of the " + name + " is full: make room.";
  return {};
}

/// Why the server can't do its work; empty if it can.
std::vector<std::string> reasons(swarm::Session const& session) {
  std::vector<std::string> all;
  // Ports are opened a moment after the start; a warning tells that one failed.
  if (auto status = session.status(); status.listen_port == 0 && !status.warnings.empty())
    all.emplace_back("No port is open for peers: choose another one with TORRENT_LISTEN.");
  auto const& settings = session.settings();
  if (settings.storage == swarm::StorageKind::ram) return all;  // does without either
  for (auto const& trouble :
       {trouble_of(settings.download_path, "download folder"), trouble_of(settings.state_path, "state folder")})
    if (!trouble.empty()) all.push_back(trouble);
  return all;
}

}  // namespace

void health(App& app, http::Exchange& exchange) {
  auto uptime =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - app.started).count();
  exchange.work(
      [&app, session = app.session, uptime, port = app.port()] {
        auto const& options = app.options;
        auto const why = reasons(*session);
        return http::Response::json(
            json::Object()
                .set("status", why.empty() ? "healthy" : "unhealthy")
                .set("reasons", json::Array::of(why))
                .set("timestamp", timestamp())
                .set("uptime", static_cast<std::int64_t>(uptime))
                .set("services", json::Object().set("torrent", torrent_part(*session)).set("cache", cache_part(app)))
                .set("config", json::Object()
                                   .set("port", port)
                                   .set("timeout", static_cast<std::int64_t>(options.torrent_timeout.count()))
                                   .set("maxRetries", options.max_retries)
                                   .set("cacheBackend", app.index->traits().name)),
            why.empty() ? 200 : 503);
      },
      [&exchange](http::Response const& response) { exchange.reply(response); });
}

}  // namespace api
