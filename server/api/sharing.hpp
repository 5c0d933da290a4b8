// SPDX-License-Identifier: LGPL-2.1-or-later
// What a page needs to share a film's segments with others who watch it (docs/sharing.md).
#pragma once

#include "hls/clients.hpp"
#include "http/request.hpp"
#include "lib/json/json.hpp"

#include <optional>
#include <string>

namespace api {

struct Film;

/// As whom a request wants a film; throws Failure(bad_request) if there is no such player or packaging.
[[nodiscard]] hls::Client const& named_client(http::Request const& request);
[[nodiscard]] std::optional<hls::Packaging> named_packaging(http::Request const& request);

/// Who has the same swarmId has the same renditions in the same order, of the same segments. null: the film is none
/// that such a player can have. `server`: "http://host:port" as the client knows it. May take tens of ms.
[[nodiscard]] json::Node sharing_of(Film const& film, hls::Client const& client,
                                    std::optional<hls::Packaging> packaging, std::string const& server);

}  // namespace api
