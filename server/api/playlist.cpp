// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /playlist/:infoHash.m3u and /playlist/all.m3u: links for players and TVs, absolute since not all of them know
// others.
#include "api/app.hpp"
#include "api/opening.hpp"
#include "api/resources.hpp"
#include "api/shapes.hpp"
#include "http/errors.hpp"
#include "http/exchange.hpp"
#include "swarm/catalog.hpp"

#include <algorithm>

namespace api {
namespace {

using http::Failure;
using http::Fault;

/// A line break would begin a line of its own.
std::string on_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, ' ');
  return text;
}

void add(swarm::Torrent const& torrent, std::string const& origin, std::string const& token, std::string& playlist) {
  each_file(torrent, [&](int index, swarm::File const& file) {
    auto const kind = swarm::media_kind(file.path);
    if (kind != swarm::MediaKind::video && kind != swarm::MediaKind::audio) return;
    playlist += "#EXTINF:-1," + on_one_line(std::string(swarm::file_name(file.path))) + "\n" + origin +
                "/stream/proxy/" + torrent.key() + "?fileIndex=" + std::to_string(index) +
                (token.empty() ? "" : "&token=" + token) + "\n";
  });
}

}  // namespace

void playlist(App& app, http::Exchange& exchange) {
  constexpr std::string_view ending = ".m3u";
  std::string_view const name = exchange.request().parameter("name");
  if (!name.ends_with(ending)) throw Failure(Fault::not_found, "Playlists are /playlist/all.m3u and <info hash>.m3u.");
  auto const what = name.substr(0, name.size() - ending.size());
  std::optional<swarm::InfoHash> hash;
  if (what != "all") {
    hash = swarm::InfoHash::parse(what);
    if (!hash) throw Failure(Fault::bad_info_hash, "An info hash is 40 or 64 hex digits, or 32 base32 characters.");
    exchange.set_info_hash(hash->key());
  }
  exchange.work(
      [&app, hash, origin = exchange.request().origin(), token = exchange.link_token()] {
        auto const torrents = hash ? std::vector{existing_torrent(app, *hash)} : existing_torrents(app);
        std::string text = "#EXTM3U\n";
        for (auto const& torrent : torrents) add(*torrent, origin, token, text);
        http::Response response;
        response.set("Content-Type", "audio/x-mpegurl; charset=utf-8").set("Cache-Control", "no-cache");
        response.body = std::move(text);
        return response;
      },
      [&exchange](http::Response const& response) { exchange.reply(response); });
}

}  // namespace api
