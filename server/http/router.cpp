// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/router.hpp"

#include "http/errors.hpp"

#include <map>
#include <optional>
#include <set>

namespace http {
namespace {

std::optional<std::map<std::string, std::string>> match(char const* pattern, std::vector<std::string> const& segments) {
  auto wanted = split_path(pattern);
  if (!wanted || wanted->size() != segments.size()) return {};
  std::map<std::string, std::string> parameters;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    auto const& want = (*wanted)[i];
    if (want.front() == ':')
      parameters[want.substr(1)] = segments[i];
    else if (want != segments[i])
      return {};
  }
  return parameters;
}

bool serves(Route const& route, std::string const& method) {
  return route.method == method || (method == "HEAD" && std::string_view(route.method) == "GET");
}

}  // namespace

Route const& Router::find(Request& request) const {
  for (auto const& route : routes_) {
    if (!serves(route, request.method())) continue;
    if (auto parameters = match(route.pattern, request.segments())) {
      request.set_parameters(std::move(*parameters));
      return route;
    }
  }
  auto allowed = methods(request);
  if (allowed.empty()) throw Failure(Fault::not_found, "There is nothing at this address.");
  throw Failure(Fault::method_not_allowed, "This address takes " + allowed + ".").with("Allow", allowed);
}

Area Router::area(Request const& request) const {
  for (auto const& route : routes_)
    if (match(route.pattern, request.segments())) return route.area;
  return Area::manage;
}

std::string Router::methods(Request const& request) const {
  std::set<std::string> found;
  for (auto const& route : routes_) {
    if (request.path() != "*" && !match(route.pattern, request.segments())) continue;
    found.insert(route.method);
    if (std::string_view(route.method) == "GET") found.insert("HEAD");
  }
  if (found.empty()) return {};
  found.insert("OPTIONS");
  std::string list;
  for (auto const& method : found) list += (list.empty() ? "" : ", ") + method;
  return list;
}

}  // namespace http
