// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/router.hpp"

#include <span>
#include <vector>

namespace http {
class Exchange;
}

namespace api {

struct App;

/// A row of THE table: the only place where a route is written.
struct Row {
  char const* method;
  char const* pattern;
  http::Area area;
  void (*run)(App&, http::Exchange&);
  char const* about;
  char const* query = "";  ///< what it takes after the "?", in words of openapi.cpp's table
  char const* body = "";   ///< the members of the JSON that it takes
};

std::span<Row const> route_table();
/// The table bound to an App, for http::Router.
std::vector<http::Route> routes(App& app);

}  // namespace api
