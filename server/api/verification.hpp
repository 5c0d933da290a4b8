// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cache/populated.hpp"
#include "swarm/session.hpp"

#include <stop_token>

namespace api {

/// Compares files of folders with the hashes of their torrents, where the session knows these, and remembers what came
/// out. One at a time; each takes as long as reading the whole file does. For the pool.
void verify_populated(cache::Populated& populated, swarm::Session const& session, std::stop_token const& stop);

}  // namespace api
