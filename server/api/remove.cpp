// SPDX-License-Identifier: LGPL-2.1-or-later
// DELETE /api/torrents/:infoHash
#include "api/app.hpp"
#include "api/named.hpp"
#include "api/opening.hpp"
#include "api/resources.hpp"
#include "http/errors.hpp"

namespace api {

using http::Failure;
using http::Fault;

namespace {

/// What is not added can't be removed; a file that somebody has put there is theirs.
void refuse(App& app, http::Exchange& exchange, swarm::InfoHash const& hash) {
  exchange.work([&app, hash] { return populated(app, hash, swarm::TheFilm{}).torrent; },
                [](std::shared_ptr<swarm::Torrent> const& file) {
                  if (!file) throw unknown_torrent();
                  throw Failure(Fault::in_use,
                                "This film is a file that was put into the folder, with its hash in its "
                                "name: remove or rename it there.");
                });
}

}  // namespace

void remove_torrent(App& app, http::Exchange& exchange) {
  bool delete_files = exchange.request().flag("deleteFiles");
  auto const named = named_hash(exchange);
  auto torrent = app.session->find(named);
  if (!torrent) return refuse(app, exchange, named);
  exchange.set_info_hash(torrent->key());
  if (exchange.request().flag("ifIdle") && torrent->readers() > 0)
    throw Failure(Fault::in_use, "Somebody is reading this torrent: try again later, or without ifIdle.");

  auto error = std::make_shared<std::string>();
  auto over = exchange.wake([&exchange, error, delete_files, key = torrent->key()] {
    if (!error->empty()) {
      g_warning("Removing %s: %s", key.c_str(), error->c_str());
      throw Failure(Fault::disk_error, "The torrent was removed, but not all of its files (the log says more).");
    }
    exchange.reply(http::Response::data(json::Object().set("infoHash", key).set("deletedFiles", delete_files),
                                        "Torrent removed successfully"));
  });
  auto done = [error, over](std::string const& what) {
    *error = what;
    over();
  };
  exchange.after(std::chrono::seconds(20), [] {
    throw Failure(Fault::unavailable, "The torrent is being removed, but its files are not closed yet.");
  });
  app.producer->forget(torrent->key());
  exchange.work([session = app.session, hash = torrent->hash(), delete_files,
                 done] { return session->remove(hash, delete_files, done); },
                [&app, hash = torrent->hash(), key = torrent->key()](bool known) {
                  app.removed.note(hash);
                  if (!known) throw Failure(Fault::unknown_torrent, "This torrent is not here any more.");
                  g_info("Removed torrent %s", key.c_str());
                });
}

}  // namespace api
