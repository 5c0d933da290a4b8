// SPDX-License-Identifier: LGPL-2.1-or-later
// Clients that are programs with an HTTP server: ours, and rivals from npm.
#pragma once

#include "bench/players.hpp"
#include "support/loopback.hpp"

namespace bench {

/// A file that an HTTP server has; it may not listen yet, or not know the film. Each wait ends after `patience`.
std::unique_ptr<Player> play_over_http(support::Endpoint const& at, std::string const& target,
                                       std::chrono::milliseconds patience = 60s);

/// gst-torrent-server; `verify` as TORRENT_VERIFY, empty = its default.
std::unique_ptr<Client> start_server(std::string const& program, std::string const& verify);
/// From a node_modules folder that holds them. peerflix starts with its film.
std::unique_ptr<Client> start_peerflix(std::string const& modules);
std::unique_ptr<Client> start_webtorrent(std::string const& modules);

}  // namespace bench
