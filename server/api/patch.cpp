// SPDX-License-Identifier: LGPL-2.1-or-later
// PATCH /api/torrents/:infoHash
#include "api/announce.hpp"
#include "api/app.hpp"
#include "api/named.hpp"
#include "api/resources.hpp"
#include "cache/index.hpp"
#include "http/errors.hpp"
#include "lib/json/json.hpp"

#include <limits>
#include <optional>

namespace api {
namespace {

using http::Failure;
using http::Fault;

std::optional<int> rate(json::Document const& json, char const* name) {
  auto const value = json.integer(name);
  if (!value) return {};
  if (*value < 0 || *value > std::numeric_limits<int>::max())
    throw Failure(Fault::bad_input, "\"" + std::string(name) + "\" must be bytes a second: 0 (no limit) or more.");
  return static_cast<int>(*value);
}

}  // namespace

void change_torrent(App& app, http::Exchange& exchange) {
  auto const torrent = named_torrent(app, exchange);
  auto const json = json::Document::parse(exchange.request().body());
  // All is read before anything is changed.
  auto const paused = json.boolean("paused"), pinned = json.boolean("pinned"), keep = json.boolean("keep");
  auto const download = rate(json, "downloadLimit"), upload = rate(json, "uploadLimit");
  swarm::Locator more;
  more.trackers = announce_urls(json);
  if (!paused && !pinned && !keep && !download && !upload && more.trackers.empty())
    throw Failure(Fault::bad_request,
                  "Give at least one of \"paused\", \"downloadLimit\", \"uploadLimit\", \"pinned\", \"keep\" and "
                  "\"trackers\".");

  if (!more.trackers.empty()) torrent->add_sources(more);
  if (download || upload) {
    auto const now = torrent->status();
    torrent->set_limits(download.value_or(now.download_limit), upload.value_or(now.upload_limit));
  }
  if (pinned) app.index->pin(torrent->key(), *pinned);
  if (keep && !*keep) torrent->set_keep(std::nullopt);
  if (keep && *keep && !torrent->keep()) torrent->set_keep(swarm::TheFilm{});
  if (paused) torrent->set_paused(*paused);
  show_torrent(app, exchange);
}

}  // namespace api
