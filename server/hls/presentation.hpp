// SPDX-License-Identifier: LGPL-2.1-or-later
// A film as one client gets it: which renditions its master playlist names. Pure.
#pragma once

#include "hls/clients.hpp"
#include "hls/facts.hpp"
#include "hls/packager.hpp"
#include "hls/rendition.hpp"

#include <string>
#include <vector>

namespace hls {

/// `query` ("?token=…" or empty) is carried through all addresses, which are relative to the playlist's own.
/// The choice has nothing that is refused. If it has pictures to be coded, it may take tens of ms, and throw
/// std::runtime_error: nothing can.
[[nodiscard]] std::string master_text(Facts const& facts, Choice const& choice, std::vector<Sidecar> const& sidecars,
                                      std::string const& query);
/// The rendition is one of this film.
[[nodiscard]] std::string media_text(Facts const& facts, Rendition const& rendition, std::string const& query);

}  // namespace hls
