// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/exchange.hpp"
#include "search/search.hpp"

#include <functional>

namespace api {

struct App;

/// Calls `then` with what the providers know; unless the client leaves.
void find(App& app, http::Exchange& exchange, search::Query const& query,
          std::function<void(search::Answer const&)> then);

}  // namespace api
