// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/json/json.hpp"

#include "lib/json/check.hpp"

namespace json {
namespace {

Node valid(std::string_view text) {
  Node made(json_node_alloc());
  g_autofree char* utf8 = g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
  json_node_init_string(made.get(), utf8);
  return made;
}

[[noreturn]] void wrong(char const* name, char const* wanted) {
  throw Error("\"" + std::string(name) + "\" must be " + wanted + ".");
}

Node parsed(std::string_view text) {
  if (auto what = check(text); !what.empty()) throw Error(what);
  g_autoptr(JsonParser) parser = json_parser_new();
  g_autoptr(GError) error = nullptr;
  if (!json_parser_load_from_data(parser, text.data(), static_cast<gssize>(text.size()), &error))
    throw Error(error ? error->message : "The JSON text can't be read.");
  return Node(json_parser_steal_root(parser));
}

/// json-glib 1.6 escapes all control characters but the last one; no reader takes that as it is.
std::string written(JsonNode* root) {
  g_autofree char* text = json_to_string(root, FALSE);
  g_autoptr(GString) escaped = g_string_new(text);
  g_string_replace(escaped, "\x1f", "\\u001f", 0);
  return {escaped->str, escaped->len};
}

bool is(JsonNode* node, GType type) { return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type; }

}  // namespace

Node node(std::nullptr_t) { return Node(json_node_init_null(json_node_alloc())); }
Node node(bool value) { return Node(json_node_init_boolean(json_node_alloc(), value)); }
Node node(int value) { return node(std::int64_t{value}); }
Node node(std::int64_t value) { return Node(json_node_init_int(json_node_alloc(), value)); }
Node node(double value) { return Node(json_node_init_double(json_node_alloc(), value)); }
Node node(std::string_view value) { return valid(value); }
Node node(Object value) { return std::move(value.root_); }
Node node(Array value) { return std::move(value.root_); }

Object::Object() : root_(json_node_alloc()) {
  auto object = json_object_new();
  json_node_init_object(root_.get(), object);
  json_object_unref(object);
}

void Object::put(char const* name, Node value) {
  json_object_set_member(json_node_get_object(root_.get()), name, value.release());
}

std::string Object::text() const { return written(root_.get()); }

Array::Array() : root_(json_node_alloc()) {
  auto array = json_array_new();
  json_node_init_array(root_.get(), array);
  json_array_unref(array);
}

void Array::put(Node value) { json_array_add_element(json_node_get_array(root_.get()), value.release()); }

Document Document::parse(std::string_view text) {
  auto root = parsed(text);
  if (!root || !JSON_NODE_HOLDS_OBJECT(root.get())) throw Error("The JSON text must be an object: {…}.");
  return Document(std::move(root));
}

std::vector<Document> Document::parse_list(std::string_view text) {
  auto const root = parsed(text);
  if (!root || !JSON_NODE_HOLDS_ARRAY(root.get())) throw Error("The JSON text must be an array: […].");
  std::vector<Document> list;
  auto* const array = json_node_get_array(root.get());
  for (guint i = 0; i < json_array_get_length(array); ++i)
    if (auto* const element = json_array_get_element(array, i); JSON_NODE_HOLDS_OBJECT(element))
      list.push_back(Document(Node(json_node_ref(element))));
  return list;
}

JsonNode* Document::member(char const* name) const {
  auto found = json_object_get_member(json_node_get_object(root_.get()), name);
  return found && !JSON_NODE_HOLDS_NULL(found) ? found : nullptr;
}

std::string Document::text() const { return written(root_.get()); }

bool Document::has(char const* name) const { return member(name) != nullptr; }

std::optional<std::string> Document::string(char const* name) const {
  auto found = member(name);
  if (!found) return {};
  if (!is(found, G_TYPE_STRING)) wrong(name, "a string");
  return json_node_get_string(found);
}

std::optional<std::int64_t> Document::integer(char const* name) const {
  auto found = member(name);
  if (!found) return {};
  if (!is(found, G_TYPE_INT64)) wrong(name, "a whole number");
  return json_node_get_int(found);
}

std::optional<bool> Document::boolean(char const* name) const {
  auto found = member(name);
  if (!found) return {};
  if (!is(found, G_TYPE_BOOLEAN)) wrong(name, "true or false");
  return json_node_get_boolean(found);
}

std::string Document::plain(char const* name) const {
  auto found = member(name);
  if (!found) return {};
  if (is(found, G_TYPE_STRING)) return json_node_get_string(found);
  if (is(found, G_TYPE_INT64)) return std::to_string(json_node_get_int(found));
  return {};
}

std::vector<std::string> Document::strings(char const* name) const {
  auto found = member(name);
  if (!found) return {};
  if (!JSON_NODE_HOLDS_ARRAY(found)) wrong(name, "an array of strings");
  auto array = json_node_get_array(found);
  std::vector<std::string> strings;
  for (guint i = 0; i < json_array_get_length(array); ++i) {
    auto element = json_array_get_element(array, i);
    if (!is(element, G_TYPE_STRING)) wrong(name, "an array of strings");
    strings.emplace_back(json_node_get_string(element));
  }
  return strings;
}

bool Document::is_array(char const* name) const {
  auto found = member(name);
  return found && JSON_NODE_HOLDS_ARRAY(found);
}

std::optional<Document> Document::object(char const* name) const {
  auto found = member(name);
  if (!found) return {};
  if (!JSON_NODE_HOLDS_OBJECT(found)) wrong(name, "an object");
  return Document(Node(json_node_ref(found)));
}

std::vector<Document> Document::objects(char const* name) const {
  auto found = member(name);
  if (!found) return {};
  if (!JSON_NODE_HOLDS_ARRAY(found)) wrong(name, "an array of objects");
  auto array = json_node_get_array(found);
  std::vector<Document> objects;
  for (guint i = 0; i < json_array_get_length(array); ++i) {
    auto element = json_array_get_element(array, i);
    if (!JSON_NODE_HOLDS_OBJECT(element)) wrong(name, "an array of objects");
    objects.push_back(Document(Node(json_node_ref(element))));
  }
  return objects;
}

}  // namespace json
