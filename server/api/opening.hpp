// SPDX-License-Identifier: LGPL-2.1-or-later
// From the info hash of a request to what answers for it, in the order of how soon it does: what the session has whole,
// a file of a folder, the session, the swarm.
#pragma once

#include "http/errors.hpp"
#include "http/exchange.hpp"
#include "swarm/locator.hpp"
#include "swarm/torrent.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace api {

struct App;

/// Calls `then` with what the file is to be read from; the torrent is added to the session if there is nothing else.
/// Or answers with why not: unavailable, p2p_off …
void open_torrent(App& app, http::Exchange& exchange, swarm::InfoHash const& hash, swarm::FileChoice const& choice,
                  std::function<void(std::shared_ptr<swarm::Torrent> const&)> then);

/// For a torrent that is nowhere, on a server that does without peers.
http::Failure p2p_is_off(swarm::InfoHash const& hash);

/// For an OutsideFile whose bytes did not come in time.
http::Failure outside_is_late();

/// Adds nothing. Uses the disk. Throws unknown_torrent if it is nowhere.
std::shared_ptr<swarm::Torrent> existing_torrent(App& app, swarm::InfoHash const& hash,
                                                 swarm::FileChoice const& choice = swarm::TheFilm{});

/// Calls `then` with it once its metadata are known; or answers with what went wrong. Adds nothing.
void known_torrent(App& app, http::Exchange& exchange, swarm::InfoHash const& hash,
                   std::function<void(std::shared_ptr<swarm::Torrent> const&)> then);

/// All of the session that are awake, then those of which there is only a file in a folder. Uses the disk.
std::vector<std::shared_ptr<swarm::Torrent>> existing_torrents(App& app);

/// A file of a folder that can stand for the chosen one. Uses the disk.
struct Standing {
  std::shared_ptr<swarm::Torrent> torrent;  ///< null: none
  bool settling = false;                    ///< but perhaps in a moment
};
Standing populated(App& app, swarm::InfoHash const& hash, swarm::FileChoice const& choice);

/// Which file of a torrent one of this size in a folder stands for: the film, else the first. nullopt: for none.
std::optional<int> standing_for(swarm::Layout const& layout, std::int64_t size);

}  // namespace api
