// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "lib/json/json.hpp"
#include "swarm/locator.hpp"
#include "swarm/session.hpp"

#include <string>
#include <vector>

namespace api {

/// True if the text begins with one of them, in any case.
bool starts_with_any(std::string const& text, std::initializer_list<char const*> starts);
/// "trackers" of a body, checked. Throws http::Failure.
std::vector<std::string> announce_urls(json::Document const& json);
/// A magnet link with the session's own trackers behind those that it names: whoever opens it anywhere finds peers.
std::string enhanced_magnet(swarm::Session const& session, swarm::Locator locator);

}  // namespace api
