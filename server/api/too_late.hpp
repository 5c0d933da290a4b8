// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/errors.hpp"

namespace swarm {
class Session;
class Torrent;
}  // namespace swarm

namespace api {

/// Why the metadata or the first bytes of a torrent were not there in time, and what to do.
http::Failure too_late(swarm::Session const& session, swarm::Torrent const& torrent);

}  // namespace api
