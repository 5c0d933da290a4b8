// SPDX-License-Identifier: LGPL-2.1-or-later
// Clients that are programs with an HTTP server: ours, and rivals from npm.
#pragma once

#include "bench/players.hpp"

namespace bench {

/// gst-torrent-server; `verify` as TORRENT_VERIFY, empty = its default.
std::unique_ptr<Client> start_server(std::string const& program, std::string const& verify);
/// From a node_modules folder that holds them. peerflix starts with its film.
std::unique_ptr<Client> start_peerflix(std::string const& modules);
std::unique_ptr<Client> start_webtorrent(std::string const& modules);

}  // namespace bench
