// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/admission.hpp"
#include "http/request.hpp"

#include <functional>
#include <string>
#include <vector>

namespace http {

class Exchange;

struct Route {
  char const* method;   ///< GET stands for HEAD too
  char const* pattern;  ///< "/a/:name/b"
  Area area;
  std::function<void(Exchange&)> run;
};

/// Finds the route of a request. Reentrant once made.
class Router {
 public:
  explicit Router(std::vector<Route> routes) : routes_(std::move(routes)) {}

  /// Fills in the request's parameters. Throws Failure: not_found, method_not_allowed (with Allow).
  Route const& find(Request& request) const;
  /// What a path is for; management if nobody knows it.
  [[nodiscard]] Area area(Request const& request) const;
  /// "GET, HEAD, OPTIONS" for a path (all there are for "*"); empty if there is no route for it.
  [[nodiscard]] std::string methods(Request const& request) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace http
