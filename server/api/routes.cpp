// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/routes.hpp"

#include "api/app.hpp"
#include "api/resources.hpp"

namespace api {
namespace {

using http::Area;

constexpr Row table[] = {
    {"POST", "/api/torrents", Area::manage, add_torrent, "Add a torrent: magnet link, info hash or .torrent"},
    {"GET", "/api/torrents", Area::manage, list_torrents, "All torrents"},
    {"GET", "/api/torrents/:infoHash", Area::manage, show_torrent, "One torrent: state, progress, trackers, files"},
    {"GET", "/api/torrents/:infoHash/files", Area::manage, list_files, "Its files, with progress and links"},
    {"GET", "/api/torrents/:infoHash/hls/:fileIndex", Area::manage, hls_facts,
     "A film's tracks, and what of it is here"},
    {"DELETE", "/api/torrents/:infoHash", Area::manage, remove_torrent, "Forget a torrent, and its files if asked"},

    {"GET", "/stream/proxy/:infoHash", Area::media, stream, "The bytes of a file, while it is being downloaded"},
    {"GET", "/stream/file/:infoHash/:fileIndex", Area::media, stream_file, "Redirects to the stream of one file"},
    {"GET", "/stream/info/:infoHash", Area::media, stream_info, "What of a torrent can be streamed"},

    {"GET", "/hls/:infoHash/:fileIndex/master.m3u8", Area::media, hls_master, "The film as HLS, made on demand"},
    {"GET", "/hls/:infoHash/:fileIndex/:package/:playlist", Area::media, hls_media, "One of its media playlists"},
    {"GET", "/hls/:infoHash/:fileIndex/:package/:rendition/:file", Area::media, hls_item, "One of its segments"},

    {"GET", "/health", Area::open, health, "Is the server well?"},
    {"GET", "/api/health", Area::open, health, "The same"},
    {"GET", "/status", Area::manage, status, "Version, memory, session, settings in force"},
    {"GET", "/", Area::open, page, "A page to add and watch a torrent"},
    {"GET", "/test-torrent-streaming", Area::open, to_page, "Redirects to the page"},
};

}  // namespace

std::span<Row const> route_table() { return table; }

std::vector<http::Route> routes(App& app) {
  std::vector<http::Route> made;
  for (auto const& row : table)
    made.push_back({row.method, row.pattern, row.area, [&app, &row](http::Exchange& e) { row.run(app, e); }});
  return made;
}

}  // namespace api
