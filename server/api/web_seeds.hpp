// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/errors.hpp"
#include "http/exchange.hpp"
#include "lib/json/json.hpp"

#include <functional>
#include <string>
#include <vector>

namespace api {

struct App;

/// "webSeeds" of a body. Throws fetch::Error(bad_url).
std::vector<std::string> web_seed_urls(json::Document const& json);

/// For a client that names a web seed where it must not be.
http::Failure private_web_seed();

/// Calls `then` with those of the URLs that may be used, and those that lead to addresses of this machine or network.
/// libtorrent fetches them, so this is looked up before.
void sort_web_seeds(App& app, http::Exchange& exchange, std::vector<std::string> const& urls,
                    std::function<void(std::vector<std::string> allowed, std::vector<std::string> forbidden)> then);

}  // namespace api
