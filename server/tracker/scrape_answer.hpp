// SPDX-License-Identifier: LGPL-2.1-or-later
// What browsers' trackers answer to a scrape. Pure.
#pragma once

#include "lib/trackers/probe.hpp"

#include <string_view>

namespace tracker {

/// What the text says of this torrent; `answers` only if it is an answer to a scrape.
trackers::Verdict read_scrape(std::string_view text, trackers::Hash const& hash);

}  // namespace tracker
