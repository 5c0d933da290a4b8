// SPDX-License-Identifier: LGPL-2.1-or-later
// PATCH /api/torrents/:infoHash
#include "api/announce.hpp"
#include "api/app.hpp"
#include "api/named.hpp"
#include "api/resources.hpp"
#include "api/web_seeds.hpp"
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

struct Change {
  std::optional<bool> paused, pinned, keep;
  std::optional<int> download, upload;
  swarm::Locator more;
};

void apply(App& app, http::Exchange& exchange, std::shared_ptr<swarm::Torrent> const& torrent, Change const& change) {
  if (!change.more.trackers.empty() || !change.more.web_seeds.empty()) torrent->add_sources(change.more);
  if (change.download || change.upload) {
    auto const now = torrent->status();
    torrent->set_limits(change.download.value_or(now.download_limit), change.upload.value_or(now.upload_limit));
  }
  if (change.pinned) app.index->pin(torrent->key(), *change.pinned);
  if (change.keep && !*change.keep) {
    torrent->set_keep(std::nullopt);
    app.cleaning->not_wanted(torrent->key());
  }
  if (change.keep && *change.keep && !torrent->keep()) torrent->set_keep(swarm::TheFilm{});
  if (change.paused) torrent->set_paused(*change.paused);
  show_torrent(app, exchange);
}

}  // namespace

void change_torrent(App& app, http::Exchange& exchange) {
  auto const torrent = named_torrent(app, exchange);
  auto const json = json::Document::parse(exchange.request().body());
  // All is read before anything is changed.
  Change change{json.boolean("paused"),      json.boolean("pinned"),    json.boolean("keep"),
                rate(json, "downloadLimit"), rate(json, "uploadLimit"), {}};
  change.more.trackers = announce_urls(json);
  auto const web_seeds = web_seed_urls(json);
  if (!change.paused && !change.pinned && !change.keep && !change.download && !change.upload &&
      change.more.trackers.empty() && web_seeds.empty())
    throw Failure(Fault::bad_request,
                  "Give at least one of \"paused\", \"downloadLimit\", \"uploadLimit\", \"pinned\", \"keep\", "
                  "\"trackers\" and \"webSeeds\".");
  sort_web_seeds(app, exchange, web_seeds, [&app, &exchange, torrent, change](auto allowed, auto const& forbidden) {
    if (!forbidden.empty()) throw private_web_seed();
    auto whole = change;
    whole.more.web_seeds = std::move(allowed);
    apply(app, exchange, torrent, whole);
  });
}

}  // namespace api
