// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <json-glib/json-glib.h>

#include <string>

/// What a JSONPath finds, as JSON without the array around it: at(body, "$.data.name") == "\"film\"".
inline std::string at(std::string const& json, char const* path) {
  g_autoptr(JsonParser) parser = json_parser_new();
  if (!json_parser_load_from_data(parser, json.c_str(), -1, nullptr)) return "no JSON: " + json;
  JsonNode* found = json_path_query(path, json_parser_get_root(parser), nullptr);
  if (!found) return "bad path";
  g_autofree char* text = json_to_string(found, FALSE);
  json_node_unref(found);
  std::string list = text;
  return list.substr(1, list.size() - 2);
}
