// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/opening.hpp"

#include "api/app.hpp"
#include "api/disk_reader.hpp"
#include "api/metadata_wait.hpp"
#include "api/named.hpp"
#include "api/outside_file.hpp"
#include "api/too_late.hpp"
#include "http/errors.hpp"
#include "swarm/catalog.hpp"

#include <algorithm>
#include <set>

namespace api {
namespace {

using http::Failure;
using http::Fault;
using TorrentPtr = std::shared_ptr<swarm::Torrent>;

std::vector<std::string> names_of(swarm::InfoHash const& hash) {
  std::vector<std::string> names;
  if (hash.v1) names.push_back(hash.v1_hex());
  if (hash.v2) names.push_back(hash.v2_hex());
  return names;
}

OutsideFile::Source source_of(cache::PopulatedFile const& file) {
  return {file.name,
          file.identity.size,
          file.path,
          file.identity.text(),
          file.verdict == cache::Verdict::right,
          [path = file.path, identity = file.identity](int index) {
            return std::make_unique<DiskReader>(path, identity, index);
          }};
}

/// The session has all of the chosen file.
bool is_whole(swarm::Torrent const& torrent, swarm::FileChoice const& choice) {
  auto const metadata = torrent.metadata();
  auto const file = metadata ? swarm::find_file(metadata->layout, choice) : std::nullopt;
  return file && torrent.downloaded(*file) == metadata->layout.file(*file).size;
}

/// A request for a torrent, on its way.
struct Opening {
  App& app;
  http::Exchange& exchange;
  swarm::InfoHash hash;
  swarm::FileChoice choice;
  std::function<void(TorrentPtr const&)> then;
};
using OpeningPtr = std::shared_ptr<Opening>;

/// A streaming service has it: then nothing is known of what it gives, but it plays.
void open_stream(OpeningPtr const& opening, TorrentPtr const& torrent) {
  struct Outcome {
    std::optional<OutsideFile::Source> source;
  };
  auto const outcome = std::make_shared<Outcome>();
  auto const done = opening->exchange.wake([opening, torrent, outcome] {
    opening->exchange.release();
    if (outcome->source) {
      g_info("A streaming service has %s", opening->hash.key().c_str());
      return opening->then(std::make_shared<OutsideFile>(opening->hash, std::move(*outcome->source)));
    }
    if (!torrent) throw p2p_is_off(opening->hash);
    opening->then(torrent);
  });
  auto const* index = std::get_if<int>(&opening->choice);
  opening->exchange.expect_long_wait();
  opening->exchange.hold(opening->app.web->find_stream(opening->hash, index ? *index : 0, [outcome, done](auto source) {
    outcome->source = std::move(source);
    done();
  }));
}

/// Without peers only web servers can have the metadata.
void ask_for_metadata(OpeningPtr const& opening, TorrentPtr const& torrent) {
  opening->exchange.expect_long_wait();
  auto const done = opening->exchange.wake([opening, torrent] {
    opening->exchange.release();
    if (torrent->metadata()) return opening->then(torrent);
    open_stream(opening, nullptr);
  });
  opening->exchange.hold(opening->app.web->when_asked(torrent->key(), done));
}

void have_session_torrent(OpeningPtr const& opening, TorrentPtr const& torrent) {
  auto& app = opening->app;
  app.web->help(torrent);
  if (torrent->metadata()) return opening->then(torrent);
  if (app.web->had_stream(opening->hash)) return open_stream(opening, torrent);
  if (!app.options.p2p) return ask_for_metadata(opening, torrent);
  if (!app.web->give_streams()) return opening->then(torrent);
  when_known(opening->exchange, torrent, app.web->metadata_patience(), [opening, torrent](bool known) {
    if (known) return opening->then(torrent);
    open_stream(opening, torrent);
  });
}

void open_in_session(OpeningPtr const& opening) {
  auto& app = opening->app;
  if (auto const known = app.session->find(opening->hash)) return have_session_torrent(opening, known);
  // Nobody would ever give it the metadata.
  if (!app.options.p2p && !app.web->give_torrents()) return open_stream(opening, nullptr);
  swarm::Locator locator;
  locator.hash = opening->hash;
  swarm::AddOptions options;
  if (app.options.keep) options.keep = opening->choice;
  g_info("Starting torrent stream for hash: %s", opening->hash.key().c_str());
  opening->exchange.work([session = app.session, locator, options] { return session->add(locator, options); },
                         [opening](TorrentPtr const& torrent) { have_session_torrent(opening, torrent); });
}

void look(OpeningPtr const& opening, bool may_wait) {
  opening->exchange.work(
      [&app = opening->app, hash = opening->hash, choice = opening->choice] { return populated(app, hash, choice); },
      [opening, may_wait](Standing const& standing) {
        auto const key = opening->hash.key();
        if (standing.torrent) {
          g_info("Using cached file for %s - no P2P needed", key.c_str());
          return opening->then(standing.torrent);
        }
        // Somebody puts it there at this moment, and asks at once whether it works.
        if (standing.settling && may_wait) {
          opening->exchange.expect_long_wait();
          return opening->exchange.after(cache::Populated::settle_time, [opening] { look(opening, false); });
        }
        g_debug("No cached file found for infoHash: %s", key.c_str());
        open_in_session(opening);
      });
}

}  // namespace

Failure p2p_is_off(swarm::InfoHash const& hash) {
  return {Fault::p2p_off, "This server does without peers (P2P=off), and nothing else has " + hash.key() +
                              ": put its film into the download folder with this hash in its name, or set "
                              "HTTP_TORRENT_SOURCES or HTTP_STREAM_SOURCES."};
}

Failure outside_is_late() {
  return {Fault::read_timeout, "What the file is read from did not give the bytes in time: try again in a moment."};
}

Standing populated(App& app, swarm::InfoHash const& hash, swarm::FileChoice const& choice) {
  auto const torrent = app.session->find(hash);
  auto const found = app.populated->find(names_of(torrent ? torrent->hash() : hash));
  auto const metadata = torrent ? torrent->metadata() : nullptr;
  for (auto const& file : found.files) {
    if (file.verdict == cache::Verdict::wrong) continue;
    if (!metadata) {
      if (auto const* index = std::get_if<int>(&choice); index && *index != 0) continue;
      return {std::make_shared<OutsideFile>(hash, source_of(file))};
    }
    auto const index = swarm::find_file(metadata->layout, choice);
    if (index && index == standing_for(metadata->layout, file.identity.size))
      return {std::make_shared<OutsideFile>(torrent, *index, source_of(file))};
  }
  return {nullptr, found.settling};
}

std::shared_ptr<swarm::Torrent> existing_torrent(App& app, swarm::InfoHash const& hash,
                                                 swarm::FileChoice const& choice) {
  auto const torrent = app.session->find(hash);
  if (torrent && is_whole(*torrent, choice)) return torrent;
  auto const standing = populated(app, hash, choice);
  if (!standing.torrent && !torrent) throw unknown_torrent();
  return standing.torrent ? standing.torrent : torrent;
}

void known_torrent(App& app, http::Exchange& exchange, swarm::InfoHash const& hash,
                   std::function<void(TorrentPtr const&)> then) {
  exchange.work([&app, hash] { return existing_torrent(app, hash); },
                [&app, &exchange, then = std::move(then)](TorrentPtr const& torrent) {
                  when_known(exchange, torrent, app.options.first_byte_wait, [&app, torrent, then](bool known) {
                    if (!known) throw too_late(app, *torrent);
                    then(torrent);
                  });
                });
}

std::vector<TorrentPtr> existing_torrents(App& app) {
  auto torrents = app.session->torrents();
  std::set<std::string> seen;
  for (auto const& file : app.populated->all()) {
    if (file.verdict == cache::Verdict::wrong || !seen.insert(file.info_hash).second) continue;
    auto const hash = swarm::InfoHash::parse(file.info_hash);
    if (app.session->asleep(*hash)) continue;  // find() would wake it
    if (auto const torrent = app.session->find(*hash)) {
      auto const metadata = torrent->metadata();
      auto const index = metadata ? standing_for(metadata->layout, file.identity.size) : std::nullopt;
      if (index && !is_whole(*torrent, *index))
        std::ranges::replace(torrents, torrent,
                             TorrentPtr(std::make_shared<OutsideFile>(torrent, *index, source_of(file))));
      continue;
    }
    torrents.push_back(std::make_shared<OutsideFile>(*hash, source_of(file)));
  }
  return torrents;
}

std::optional<int> standing_for(swarm::Layout const& layout, std::int64_t size) {
  for (auto const& choice : {swarm::FileChoice(swarm::TheFilm{}), swarm::FileChoice(0)})
    if (auto const file = swarm::find_file(layout, choice); file && layout.file(*file).size == size) return file;
  return {};
}

void open_torrent(App& app, http::Exchange& exchange, swarm::InfoHash const& hash, swarm::FileChoice const& choice,
                  std::function<void(TorrentPtr const&)> then) {
  auto const torrent = app.session->find(hash);
  if (torrent && is_whole(*torrent, choice)) return then(torrent);
  look(std::make_shared<Opening>(Opening{app, exchange, hash, choice, std::move(then)}), true);
}

}  // namespace api
