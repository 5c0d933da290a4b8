// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/exchange.hpp"
#include "search/search.hpp"

#include <functional>
#include <string>

namespace api {

struct App;

/// Calls `then` with what the providers know; unless the client leaves.
void find(App& app, http::Exchange& exchange, search::Query const& query,
          std::function<void(search::Answer const&)> then);

/// A sentence on it, and what to do.
std::string why_nothing_was_found(search::Answer const& answer);

}  // namespace api
