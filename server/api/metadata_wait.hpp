// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/exchange.hpp"
#include "swarm/torrent.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace api {

/// Calls `then(true)` as soon as the torrent's metadata are known, `then(false)` after `patience`; at once if there is
/// nothing to wait for, never if the client leaves. A failure of the torrent becomes the answer.
void when_known(http::Exchange& exchange, std::shared_ptr<swarm::Torrent> const& torrent,
                std::chrono::milliseconds patience, std::function<void(bool known)> then);

}  // namespace api
