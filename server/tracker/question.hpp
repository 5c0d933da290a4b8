// SPDX-License-Identifier: LGPL-2.1-or-later
// What a tracker is asked of a torrent, and what browsers' trackers answer. Pure.
#pragma once

#include "lib/trackers/probe.hpp"
#include "swarm/types.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tracker {

/// Of no torrent: whether the tracker answers at all.
trackers::Question question(std::string const& url, std::optional<swarm::InfoHash> const& hash,
                            std::function<bool(std::string const& address)> const& may_reach);

/// What the text says of this torrent; `answers` only if it is an answer to a scrape.
trackers::Verdict read_scrape(std::string_view text, trackers::Hash const& hash);

}  // namespace tracker
