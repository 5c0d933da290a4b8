// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /openapi.json and /docs: the table of routes, for programs and for people.
#include "api/app.hpp"
#include "api/resources.hpp"
#include "api/routes.hpp"
#include "http/exchange.hpp"
#include "lib/json/json.hpp"

#include <glib.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace api {
namespace {

/// "/a/:b/c" as OpenAPI writes it, and the names in it.
struct Path {
  std::string text;
  std::vector<std::string> names;
};

Path path_of(std::string const& pattern) {
  Path path;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != ':') {
      path.text += pattern[at];
      continue;
    }
    auto const end = std::min(pattern.find('/', at), pattern.size());
    path.names.push_back(pattern.substr(at + 1, end - at - 1));
    path.text += "{" + path.names.back() + "}";
    at = end - 1;
  }
  return path;
}

json::Object operation(Row const& row, Path const& path) {
  json::Array parameters;
  for (auto const& name : path.names)
    parameters.add(json::Object()
                       .set("name", name)
                       .set("in", "path")
                       .set("required", true)
                       .set("schema", json::Object().set("type", "string")));
  auto const answer = [](char const* what) { return json::Object().set("description", what); };
  return json::Object()
      .set("summary", row.about)
      .set("parameters", std::move(parameters))
      .set("responses",
           json::Object()
               .set("2XX", answer("What was asked for."))
               .set("default", json::Object()
                                   .set("description", "What is wrong, and what to do.")
                                   .set("content", json::Object().set(
                                                       "application/json",
                                                       json::Object().set(
                                                           "schema", json::Object().set(
                                                                         "$ref", "#/components/schemas/Failure"))))));
}

json::Object openapi(std::string const& version) {
  std::map<std::string, json::Object> methods;  // by path
  std::vector<std::string> order;
  for (auto const& row : route_table()) {
    auto const path = path_of(row.pattern);
    if (!methods.contains(path.text)) order.push_back(path.text);
    g_autofree char* method = g_ascii_strdown(row.method, -1);
    methods[path.text].set(method, operation(row, path));
  }
  json::Object paths;
  for (auto const& path : order) paths.set(path.c_str(), std::move(methods[path]));
  auto const text = [] { return json::Object().set("type", "string"); };
  auto failure = json::Object()
                     .set("type", "object")
                     .set("properties", json::Object()
                                            .set("success", json::Object().set("type", "boolean"))
                                            .set("error", text())
                                            .set("message", text())
                                            .set("code", text()));
  return json::Object()
      .set("openapi", "3.0.3")
      .set("info", json::Object().set("title", "gst-torrent").set("version", version))
      .set("paths", std::move(paths))
      .set("components", json::Object().set("schemas", json::Object().set("Failure", std::move(failure))));
}

std::string escaped(char const* text) {
  g_autofree char* made = g_markup_escape_text(text, -1);
  return made;
}

std::string readable() {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width\">\n"
      "<title>gst-torrent: HTTP API</title>\n<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; "
      "margin: 2rem "
      "auto; padding: 0 1rem; color-scheme: light dark } td { padding: .2rem 1rem .2rem 0; vertical-align: top } "
      "code { overflow-wrap: anywhere }</style>\n<h1>HTTP API</h1>\n<p>Answers are JSON: <code>{\"success\": true, "
      "\"data\": "
      "…}</code>, or <code>{\"success\": false, \"error\", \"message\", \"code\"}</code>. For programs: "
      "<a href=\"/openapi.json\">openapi.json</a>.</p>\n<table>\n";
  for (auto const& row : route_table())
    html += "<tr><td>" + escaped(row.method) + "</td><td><code>" + escaped(row.pattern) + "</code></td><td>" +
            escaped(row.about) + "</td></tr>\n";
  return html + "</table>\n</html>\n";
}

}  // namespace

void openapi_json(App& app, http::Exchange& exchange) {
  exchange.reply(http::Response::json(openapi(app.options.version)));
}

void api_docs(App&, http::Exchange& exchange) {
  http::Response response;
  response.set("Content-Type", "text/html; charset=utf-8")
      .set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  response.body = readable();
  exchange.reply(response);
}

}  // namespace api
