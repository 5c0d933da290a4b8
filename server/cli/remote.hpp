// SPDX-License-Identifier: LGPL-2.1-or-later
// A gst-torrent-server that runs somewhere, asked by its HTTP API.
#pragma once

#include "lib/json/json.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

namespace cli {

struct Remote {
  std::string url;    ///< "http://nas:7000"
  std::string token;  ///< API_TOKEN; empty = none
};

/// What GET `path` gives, with any status; none if the user interrupted. Runs the thread's main context meanwhile.
/// Throws std::runtime_error: a failure that it tells, or why there is no answer.
std::optional<json::Document> ask(Remote const& remote, std::string const& path, std::chrono::milliseconds patience,
                                  std::stop_token const& stop);

}  // namespace cli
