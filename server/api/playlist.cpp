// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /playlist/:infoHash.m3u and /playlist/all.m3u: links for players and TVs, absolute since not all of them know
// others.
#include "api/app.hpp"
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

struct Playlist {
  std::string origin, token;
  std::string text = "#EXTM3U\n";

  void add(std::string const& key, int index, std::string const& path) {
    auto const kind = swarm::media_kind(path);
    if (kind != swarm::MediaKind::video && kind != swarm::MediaKind::audio) return;
    text += "#EXTINF:-1," + on_one_line(std::string(swarm::file_name(path))) + "\n" + origin + "/stream/proxy/" + key +
            "?fileIndex=" + std::to_string(index) + (token.empty() ? "" : "&token=" + token) + "\n";
  }
  void add(swarm::Torrent const& torrent) {
    each_file(torrent, [&](int index, swarm::File const& file) { add(torrent.key(), index, file.path); });
  }
};

http::Response reply(Playlist&& playlist) {
  http::Response response;
  response.set("Content-Type", "audio/x-mpegurl; charset=utf-8").set("Cache-Control", "no-cache");
  response.body = std::move(playlist.text);
  return response;
}

}  // namespace

void playlist(App& app, http::Exchange& exchange) {
  constexpr std::string_view ending = ".m3u";
  std::string_view const name = exchange.request().parameter("name");
  if (!name.ends_with(ending)) throw Failure(Fault::not_found, "Playlists are /playlist/all.m3u and <info hash>.m3u.");
  auto const what = name.substr(0, name.size() - ending.size());
  Playlist const empty{exchange.request().origin(), exchange.link_token()};
  auto const answer = [&exchange](http::Response const& response) { exchange.reply(response); };
  if (what == "all")
    return exchange.work(
        [session = app.session, playlist = empty]() mutable {
          for (auto const& torrent : session->torrents()) playlist.add(*torrent);
          for (auto const& torrent : session->sleeping())
            for (auto const& file : torrent->files) playlist.add(torrent->hash.key(), file.index, file.path);
          return reply(std::move(playlist));
        },
        answer);
  auto const hash = swarm::InfoHash::parse(what);
  if (!hash) throw Failure(Fault::bad_info_hash, "An info hash is 40 or 64 hex digits, or 32 base32 characters.");
  exchange.set_info_hash(hash->key());
  exchange.work(
      [session = app.session, hash = *hash, playlist = empty]() mutable {
        auto const torrent = session->find(hash);
        if (!torrent)
          throw Failure(Fault::unknown_torrent, "This torrent is not here; add it with POST /api/torrents.");
        playlist.add(*torrent);
        return reply(std::move(playlist));
      },
      answer);
}

}  // namespace api
