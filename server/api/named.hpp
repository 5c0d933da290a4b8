// SPDX-License-Identifier: LGPL-2.1-or-later
// What a request's address names: a torrent, a file. Throws http::Failure.
#pragma once

#include "http/errors.hpp"
#include "http/exchange.hpp"
#include "swarm/locator.hpp"
#include "swarm/torrent.hpp"

#include <memory>
#include <string_view>

namespace api {

struct App;

/// ":infoHash"; failures of the exchange carry it from then on. Throws bad_info_hash.
swarm::InfoHash named_hash(http::Exchange& exchange);
/// For who looked and did not find it.
http::Failure unknown_torrent();
http::Failure bad_info_hash();
/// One of the session. Throws unknown_torrent too.
std::shared_ptr<swarm::Torrent> named_torrent(App& app, http::Exchange& exchange);
/// A number of a file as a client writes it. Throws bad_request.
int file_index(std::string_view text);
/// "?fileIndex=", else the film.
swarm::FileChoice named_file(http::Request const& request);

}  // namespace api
