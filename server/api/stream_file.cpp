// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /stream/file/:infoHash/:fileIndex, /stream/info/:infoHash
#include "api/app.hpp"
#include "api/named.hpp"
#include "api/opening.hpp"
#include "api/resources.hpp"
#include "api/shapes.hpp"
#include "swarm/catalog.hpp"

namespace api {
namespace {

json::Object info(swarm::Torrent const& torrent, std::string const& token) {
  int total = 0, videos = 0;
  json::Array files;
  each_file(torrent, [&](int index, swarm::File const& file) {
    bool video = swarm::media_kind(file.path) == swarm::MediaKind::video;
    ++total;
    videos += video ? 1 : 0;
    files.add(json::Object()
                  .set("index", index)
                  .set("name", swarm::file_name(file.path))
                  .set("path", file.path)
                  .set("length", file.size)
                  .set("streamUrl", stream_url(torrent, index, token))
                  .set("hlsUrl", hls_url(torrent, index, token))
                  .set("isVideo", video));
  });
  return identity(torrent)
      .set("totalFiles", total)
      .set("videoFiles", videos)
      .set("cached", complete(torrent))
      .set("files", std::move(files));
}

}  // namespace

void stream_file(App&, http::Exchange& exchange) {
  auto& request = exchange.request();
  auto hash = named_hash(exchange);
  auto index = file_index(request.parameter("fileIndex"));
  auto location = "/stream/proxy/" + hash.key() + "?fileIndex=" + std::to_string(index);
  for (auto name : {"download", "token"})
    if (auto value = request.query(name)) {
      g_autofree char* escaped = g_uri_escape_string(value->c_str(), nullptr, FALSE);
      location += std::string("&") + name + "=" + escaped;
    }
  exchange.reply(http::Response::redirect(location));
}

void stream_info(App& app, http::Exchange& exchange) {
  known_torrent(app, exchange, named_hash(exchange), [&exchange](std::shared_ptr<swarm::Torrent> const& torrent) {
    exchange.reply(http::Response::data(info(*torrent, exchange.link_token())));
  });
}

}  // namespace api
