// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/routes.hpp"

#include "api/app.hpp"
#include "api/resources.hpp"
#include "http/exchange.hpp"

#include <cstring>

namespace api {
namespace {

using http::Area;

constexpr Row table[] = {
    {"POST", "/api/torrents", Area::manage, add_torrent, "Add a torrent: magnet link, info hash, .torrent or its URL",
     "wait fileIndex", "magnetUri infoHash torrentUrl name category fileIndex trackers webSeeds"},
    {"GET", "/api/torrents", Area::manage, list_torrents, "All torrents", "offset limit"},
    {"GET", "/api/torrents/:infoHash", Area::manage, show_torrent, "One torrent: state, progress, trackers, files"},
    {"GET", "/api/torrents/:infoHash/files", Area::manage, list_files, "Its files, with progress and links"},
    {"GET", "/api/torrents/:infoHash/pieces", Area::manage, show_pieces, "Which of its pieces are here, and who reads"},
    {"GET", "/api/torrents/:infoHash/hls/:fileIndex", Area::manage, hls_facts,
     "A film's tracks, and what of it is here", "container client"},
    {"GET", "/api/torrents/:infoHash/pictures/:fileIndex", Area::watch, picture, "A picture of a film, as JPEG",
     "at width wait"},
    {"PATCH", "/api/torrents/:infoHash", Area::manage, change_torrent,
     "Pause, limit, pin, keep a torrent; add trackers", "",
     "paused downloadLimit uploadLimit pinned keep trackers webSeeds"},
    {"DELETE", "/api/torrents/:infoHash", Area::manage, remove_torrent, "Forget a torrent, and its files if asked",
     "deleteFiles ifIdle"},

    {"GET", "/stream/proxy/:infoHash", Area::media, stream, "The bytes of a file, while it is being downloaded",
     "fileIndex download"},
    {"GET", "/stream/file/:infoHash/:fileIndex", Area::media, stream_file, "Redirects to the stream of one file",
     "download"},
    {"GET", "/stream/info/:infoHash", Area::media, stream_info, "What of a torrent can be streamed"},
    {"POST", "/stream/prepare/:infoHash", Area::manage, prepare, "Starts a stream for clients that can't wait",
     "fileIndex"},
    {"GET", "/stream/status/:jobId", Area::media, job_status, "How far it is"},
    {"GET", "/stream/ready/:jobId", Area::media, job_ready, "Redirects to the stream once it is ready"},
    {"GET", "/stream/magnet", Area::media, stream_magnet, "Where a magnet link will play", "magnet"},
    {"POST", "/stream/magnet", Area::media, stream_magnet, "The same for a link in JSON", "", "magnet"},
    {"GET", "/playlist/:name", Area::media, playlist, "Links as M3U: of a torrent (<info hash>.m3u), of all (all.m3u)"},

    {"GET", "/hls/:infoHash/:fileIndex/master.m3u8", Area::media, hls_master, "The film as HLS, made on demand",
     "container client"},
    {"GET", "/hls/:infoHash/:fileIndex/:package/:playlist", Area::media, hls_media, "One of its media playlists"},
    {"GET", "/hls/:infoHash/:fileIndex/:package/:rendition/:file", Area::media, hls_item, "One of its segments"},

    {"GET", "/api/cache-stats", Area::manage, cache_stats, "What is kept on disk, and how often it was of use"},
    {"GET", "/api/cache-config", Area::manage, cache_config, "Its limits"},
    {"POST", "/api/cache-config", Area::manage, change_cache, "Cleans up, or sets other limits", "",
     "forceCleanup maxSize maxDiskMB ttl cleanupInterval"},

    {"GET", "/search", Area::manage, search_torrents, "Torrents by name", "q category limit"},
    {"GET", "/api/providers", Area::manage, list_providers, "Who is asked for them, and how they did"},

    {"GET", "/api/events", Area::watch, events, "What happens to torrents, as it happens (server-sent events)"},
    {"GET", "/api/trackers/check", Area::manage, check_trackers, "Which trackers answer, and how fast", "infoHash"},
    {"GET", "/metrics", Area::manage, metrics, "Figures for Prometheus"},

    {"GET", "/health", Area::open, health, "Is the server well?"},
    {"GET", "/api/health", Area::open, health, "The same"},
    {"GET", "/status", Area::manage, status, "Version, memory, session, settings in force"},
    {"GET", "/tracker", Area::open, signalling, "WebSocket: browsers that watch the same find each other (WebTorrent)"},
    {"GET", "/openapi.json", Area::open, openapi_json, "These routes for programs (OpenAPI 3)"},
    {"GET", "/docs", Area::open, api_docs, "These routes for people"},
    {"GET", "/", Area::open, page, "A page to add and watch a torrent"},
    {"GET", "/web/:file", Area::open, page_file, "What it is made of"},
    {"GET", "/test-torrent-streaming", Area::open, to_page, "Redirects to the page"},
};

/// A torrent that sleeps is woken first, which touches the disk.
void run_awake(App& app, Row const& row, http::Exchange& exchange) {
  bool const names_one = std::strstr(row.pattern, ":infoHash") != nullptr;
  auto const hash = names_one ? swarm::InfoHash::parse(exchange.request().parameter("infoHash")) : std::nullopt;
  if (!hash || !app.session->asleep(*hash)) return row.run(app, exchange);
  exchange.work([session = app.session, hash = *hash] { return session->find(hash); },
                [&app, &row, &exchange](std::shared_ptr<swarm::Torrent> const&) { row.run(app, exchange); });
}

}  // namespace

std::span<Row const> route_table() { return table; }

std::vector<http::Route> routes(App& app) {
  std::vector<http::Route> made;
  for (auto const& row : table)
    made.push_back({row.method, row.pattern, row.area, [&app, &row](http::Exchange& e) { run_awake(app, row, e); }});
  return made;
}

}  // namespace api
