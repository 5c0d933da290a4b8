// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/errors.hpp"

namespace swarm {
class Torrent;
}

namespace api {

struct App;

/// Why the metadata or the first bytes of a torrent were not there in time, and what to do.
http::Failure too_late(App const& app, swarm::Torrent const& torrent);

}  // namespace api
