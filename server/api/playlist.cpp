// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /playlist/:infoHash.m3u and /playlist/all.m3u: links for players and TVs, absolute since not all of them know
// others.
#include "api/app.hpp"
#include "api/named.hpp"
#include "api/opening.hpp"
#include "api/prefetch.hpp"
#include "api/resources.hpp"
#include "api/shapes.hpp"
#include "http/errors.hpp"
#include "http/exchange.hpp"
#include "swarm/catalog.hpp"

#include <algorithm>
#include <set>

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

  struct File {
    int index;
    std::string path;
  };

  /// As people count: a player goes on with the next one.
  void add(std::string const& key, std::vector<File> files) {
    std::ranges::stable_sort(files, natural_less, &File::path);
    for (auto const& [index, path] : files) {
      auto const kind = swarm::media_kind(path);
      if (kind != swarm::MediaKind::video && kind != swarm::MediaKind::audio) continue;
      text += "#EXTINF:-1," + on_one_line(std::string(swarm::file_name(path))) + "\n" + origin + "/stream/proxy/" +
              key + "?fileIndex=" + std::to_string(index) + (token.empty() ? "" : "&token=" + token) + "\n";
    }
  }
  void add(swarm::Torrent const& torrent) {
    std::vector<File> files;
    each_file(torrent, [&](int index, swarm::File const& file) { files.push_back({index, file.path}); });
    add(torrent.key(), std::move(files));
  }
  void add(swarm::SleepingTorrent const& torrent) {
    std::vector<File> files;
    for (auto const& file : torrent.files) files.push_back({file.index, file.path});
    add(torrent.hash.key(), std::move(files));
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
  Playlist playlist{exchange.request().origin(), exchange.link_token()};
  if (what != "all") {
    auto const hash = swarm::InfoHash::parse(what);
    if (!hash) throw bad_info_hash();
    exchange.set_info_hash(hash->key());
    return known_torrent(app, exchange, *hash,
                         [&exchange, playlist](std::shared_ptr<swarm::Torrent> const& torrent) mutable {
                           playlist.add(*torrent);
                           exchange.reply(reply(std::move(playlist)));
                         });
  }
  exchange.work(
      [&app, playlist]() mutable {
        std::set<std::string> named;
        for (auto const& torrent : existing_torrents(app)) {
          playlist.add(*torrent);
          named.insert(torrent->key());
        }
        for (auto const& torrent : app.session->sleeping())
          if (!named.contains(torrent->hash.key())) playlist.add(*torrent);
        return reply(std::move(playlist));
      },
      [&exchange](http::Response const& response) { exchange.reply(response); });
}

}  // namespace api
