// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /api/torrents, /api/torrents/:infoHash, /api/torrents/:infoHash/files
#include "api/app.hpp"
#include "api/named.hpp"
#include "api/opening.hpp"
#include "api/resources.hpp"
#include "api/shapes.hpp"
#include "swarm/catalog.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace api {
namespace {

using swarm::TorrentStatus;

std::optional<std::int64_t> time_remaining(TorrentStatus const& status) {
  auto left = status.wanted - status.wanted_done;
  if (status.state == TorrentStatus::State::complete) return 0;
  if (left <= 0 || status.download_rate <= 0) return {};
  return left * 1000 / status.download_rate;
}

/// Why it failed, as every client may read it.
std::optional<std::string> failure(swarm::Torrent const& torrent) {
  try {
    torrent.check();
    return {};
  } catch (...) {
    return http::translate(std::current_exception()).what();
  }
}

json::Array trackers(TorrentStatus const& status) {
  using S = swarm::TrackerStatus::State;
  auto name = [](S state) { return state == S::working ? "working" : state == S::failed ? "failed" : "waiting"; };
  auto count = [](int number) { return number < 0 ? std::optional<int>() : number; };
  json::Array list;
  for (auto const& tracker : status.trackers)
    list.add(json::Object()
                 .set("url", tracker.url)
                 .set("status", name(tracker.state))
                 .set("seeds", count(tracker.seeds))
                 .set("peers", count(tracker.peers))
                 .set("message", tracker.message));
  return list;
}

json::Array files_with_progress(swarm::Torrent const& torrent, std::string const& token) {
  json::Array files;
  each_file(torrent, [&](int index, swarm::File const& file) {
    auto done = torrent.downloaded(index);
    files.add(json::Object()
                  .set("index", index)
                  .set("name", swarm::file_name(file.path))
                  .set("path", file.path)
                  .set("length", file.size)
                  .set("downloaded", done)
                  .set("progress", percent(done, file.size))
                  .set("mimeType", swarm::mime_type(file.path))
                  .set("isVideo", swarm::media_kind(file.path) == swarm::MediaKind::video)
                  .set("streamUrl", stream_url(torrent, index, token))
                  .set("hlsUrl", hls_url(torrent, index, token)));
  });
  return files;
}

/// Awake or asleep, by their keys: the order must not change when one is woken while a client asks for page after page.
json::Object list(App& app, std::int64_t offset, std::int64_t limit) {
  auto const& session = *app.session;
  std::map<std::string, std::shared_ptr<swarm::Torrent>> awake;
  for (auto& torrent : existing_torrents(app)) awake.emplace(torrent->key(), torrent);
  auto asleep = session.sleeping();
  std::erase_if(asleep, [&](auto const& torrent) { return awake.contains(torrent->hash.key()); });  // waking
  auto const status = session.status();
  auto const total = static_cast<std::int64_t>(awake.size() + asleep.size());
  auto const first = std::min(offset, total), last = first + std::min(limit, total - first);
  json::Array array;
  auto one = awake.begin();
  auto other = asleep.begin();
  for (std::int64_t i = 0; i < last; ++i)
    if (one != awake.end() && (other == asleep.end() || one->first < (*other)->hash.key())) {
      if (i >= first) array.add(summary(*one->second, one->second->status()));
      ++one;
    } else {
      if (i >= first) array.add(summary(**other));
      ++other;
    }
  return json::Object()
      .set("total", total)
      .set("downloadSpeed", status.download_rate)
      .set("uploadSpeed", status.upload_rate)
      .set("torrents", std::move(array))
      .set("dht", json::Object().set("enabled", status.dht_enabled).set("nodes", status.dht_nodes));
}

json::Object details(swarm::Torrent const& torrent, bool pinned, std::string const& token) {
  auto status = torrent.status();
  auto data = identity(torrent)
                  .set("name", torrent.name())
                  .set("status", state_name(torrent, status))
                  .set("progress", progress(status))
                  .set("downloadSpeed", status.download_rate)
                  .set("uploadSpeed", status.upload_rate)
                  .set("downloaded", status.downloaded)
                  .set("uploaded", status.uploaded)
                  .set("numPeers", status.peers)
                  .set("timeRemaining", time_remaining(status))
                  .set("files", files_with_progress(torrent, token))
                  .set("trackers", trackers(status))
                  .set("retries", status.retries)
                  .set("paused", torrent.paused())
                  .set("waiting", waits(torrent))
                  .set("downloadLimit", status.download_limit)
                  .set("uploadLimit", status.upload_limit)
                  .set("keep", torrent.keep().has_value())
                  .set("pinned", pinned);
  if (auto why = failure(torrent)) data.set("error", *why);
  return data;
}

json::Object files(swarm::Torrent const& torrent, std::string const& token) {
  int count = 0;
  each_file(torrent, [&](int, swarm::File const&) { ++count; });
  return identity(torrent).set("files", files_with_progress(torrent, token)).set("count", count);
}

/// Pictures of many torrents or files take their time: they are drawn on the pool.
template <class Make>
void answer(http::Exchange& exchange, Make make) {
  exchange.work([make] { return http::Response::data(make()); },
                [&exchange](http::Response const& response) { exchange.reply(response); });
}

}  // namespace

void list_torrents(App& app, http::Exchange& exchange) {
  auto offset = exchange.request().number("offset").value_or(0);
  auto limit = exchange.request().number("limit").value_or(std::numeric_limits<std::int64_t>::max());
  answer(exchange, [&app, offset, limit] { return list(app, offset, limit); });
}

void show_torrent(App& app, http::Exchange& exchange) {
  answer(exchange, [&app, hash = named_hash(exchange), token = exchange.link_token()] {
    auto const torrent = existing_torrent(app, hash);
    return details(*torrent, app.index->pinned(torrent->key()), token);
  });
}

void list_files(App& app, http::Exchange& exchange) {
  answer(exchange, [&app, hash = named_hash(exchange), token = exchange.link_token()] {
    return files(*existing_torrent(app, hash), token);
  });
}

}  // namespace api
