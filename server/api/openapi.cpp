// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /openapi.json and /docs: the table of routes, for programs and for people.
#include "api/app.hpp"
#include "api/resources.hpp"
#include "api/routes.hpp"
#include "http/exchange.hpp"
#include "lib/json/json.hpp"

#include <glib.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
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

/// What queries and bodies may hold. A name means the same everywhere.
struct Word {
  std::string_view name;
  char const* type;
  char const* about;
};
constexpr Word words[] = {
    {"at", "number", "Seconds from the film's beginning"},
    {"category", "string", "video, all, movies, tv, audio, apps, games, adult or other"},
    {"cleanupInterval", "integer", "Seconds between two looks at what is old; 0 = none"},
    {"client", "string", "What plays it, if its User-Agent does not tell"},
    {"container", "string", "Of the segments: ts or fmp4"},
    {"deleteFiles", "boolean", "Its files go, too"},
    {"download", "boolean", "Browsers save the file"},
    {"downloadLimit", "integer", "Bytes/s, 0 = none"},
    {"fileIndex", "integer", "One of its files, from 0; absent: the film"},
    {"forceCleanup", "boolean", "Cleans up at once"},
    {"ifIdle", "boolean", "Only if nobody reads it"},
    {"infoHash", "string", "40 or 64 hex digits, or 32 base32 characters"},
    {"keep", "boolean", "It is downloaded to its end, even when nobody watches"},
    {"limit", "integer", "So many at most"},
    {"magnet", "string", "A magnet link"},
    {"magnetUri", "string", "A magnet link"},
    {"maxDiskMB", "integer", "Files take so many MB at most"},
    {"maxSize", "integer", "So many files are kept at most"},
    {"name", "string", "What is searched for"},
    {"offset", "integer", "So many are left out at the beginning"},
    {"paused", "boolean", "It stands still until somebody wants it"},
    {"pinned", "boolean", "Its files are never given up for room"},
    {"q", "string", "Words of the name"},
    {"torrentUrl", "string", "The address of a .torrent"},
    {"trackers", "array", "Announce URLs"},
    {"ttl", "integer", "Seconds that a file is kept which nobody uses, 0 = no limit"},
    {"uploadLimit", "integer", "Bytes/s, 0 = none"},
    {"wait", "integer", "Seconds to wait for it"},
    {"webSeeds", "array", "Addresses that serve its files (BEP 19)"},
    {"width", "integer", "Pixels"},
};

/// The words of a list that blanks separate.
std::vector<Word> words_of(char const* list) {
  std::vector<Word> found;
  g_auto(GStrv) names = g_strsplit(list, " ", -1);
  for (auto name = names; *name && **name; ++name) {
    auto const word = std::ranges::find(words, *name, &Word::name);
    if (word == std::end(words)) throw std::logic_error(std::string("not in the table: ") + *name);
    found.push_back(*word);
  }
  return found;
}

json::Object typed(char const* type) {
  auto schema = json::Object().set("type", type);
  if (std::string_view(type) == "array") schema.set("items", json::Object().set("type", "string"));
  return schema;
}

json::Object in_json(json::Object schema) {
  return json::Object().set("application/json", json::Object().set("schema", std::move(schema)));
}

json::Object body_of(Row const& row) {
  json::Object members;
  for (auto const& word : words_of(row.body))
    members.set(word.name.data(), typed(word.type).set("description", word.about));
  return json::Object().set("content",
                            in_json(json::Object().set("type", "object").set("properties", std::move(members))));
}

/// By which of the tokens one may come in; any of those that are listed is enough.
json::Array security_of(http::Area area) {
  json::Array ways;
  if (area == http::Area::open) return ways;
  ways.add(json::Object().set("apiToken", json::Array()));
  ways.add(json::Object().set("token", json::Array()));
  return ways;
}

json::Object operation(Row const& row, Path const& path) {
  json::Array parameters;
  for (auto const& name : path.names)
    parameters.add(
        json::Object().set("name", name).set("in", "path").set("required", true).set("schema", typed("string")));
  for (auto const& word : words_of(row.query))
    parameters.add(json::Object()
                       .set("name", word.name)
                       .set("in", "query")
                       .set("description", word.about)
                       .set("schema", typed(word.type)));
  auto operation = json::Object()
                       .set("summary", row.about)
                       .set("parameters", std::move(parameters))
                       .set("security", security_of(row.area));
  if (*row.body) operation.set("requestBody", body_of(row));
  return std::move(operation).set(
      "responses",
      json::Object()
          .set("2XX", json::Object().set("description", "What was asked for."))
          .set("default", json::Object()
                              .set("description", "What is wrong, and what to do.")
                              .set("content", in_json(json::Object().set("$ref", "#/components/schemas/Failure")))));
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
  auto failure = json::Object()
                     .set("type", "object")
                     .set("properties", json::Object()
                                            .set("success", typed("boolean"))
                                            .set("error", typed("string"))
                                            .set("message", typed("string"))
                                            .set("code", typed("string")));
  auto schemes = json::Object()
                     .set("apiToken", json::Object().set("type", "http").set("scheme", "bearer"))
                     .set("token", json::Object()
                                       .set("type", "apiKey")
                                       .set("in", "query")
                                       .set("name", "token")
                                       .set("description",
                                            "API_TOKEN; for streams, pictures and events the stream token will do"));
  return json::Object()
      .set("openapi", "3.0.3")
      .set("info", json::Object().set("title", "gst-torrent").set("version", version))
      .set("paths", std::move(paths))
      .set("components", json::Object()
                             .set("schemas", json::Object().set("Failure", std::move(failure)))
                             .set("securitySchemes", std::move(schemes)));
}

std::string escaped(char const* text) {
  g_autofree char* made = g_markup_escape_text(text, -1);
  return made;
}

/// "<br>? <code>at</code> …", with what each is for where the pointer rests.
std::string taken(char const* what, char const* list) {
  std::string html;
  for (auto const& word : words_of(list))
    html += " <code title=\"" + escaped(word.about) + "\">" + escaped(word.name.data()) + "</code>";
  return html.empty() ? html : std::string("<br>") + what + html;
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
            escaped(row.about) + taken("?", row.query) + taken("JSON:", row.body) + "</td></tr>\n";
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
