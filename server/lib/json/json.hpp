// SPDX-License-Identifier: LGPL-2.1-or-later
// json-glib in C++: values are built and read with these, and nowhere else. Reentrant.
#pragma once

#include <json-glib/json-glib.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace json {

/// what() is one sentence for the one who wrote the JSON.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct FreeNode {
  void operator()(JsonNode* node) const { json_node_unref(node); }
};
using Node = std::unique_ptr<JsonNode, FreeNode>;

class Object;
class Array;

Node node(std::nullptr_t);
Node node(bool value);
Node node(int value);
Node node(std::int64_t value);
Node node(double value);
/// Bytes that are not UTF-8 are replaced: names come from strangers.
Node node(std::string_view value);
inline Node node(char const* value) { return node(std::string_view(value)); }
inline Node node(std::string const& value) { return node(std::string_view(value)); }
inline Node node(Node value) { return value; }
Node node(Object value);
Node node(Array value);
/// null for nullopt
template <class T>
Node node(std::optional<T> const& value) {
  return value ? node(*value) : node(nullptr);
}

/// An object being built; members keep their order.
class Object {
 public:
  Object();
  template <class T>
  Object& set(char const* name, T&& value) & {
    put(name, node(std::forward<T>(value)));
    return *this;
  }
  template <class T>
  Object&& set(char const* name, T&& value) && {
    put(name, node(std::forward<T>(value)));
    return std::move(*this);
  }
  [[nodiscard]] std::string text() const;

 private:
  friend Node node(Object);
  void put(char const* name, Node value);
  Node root_;
};

class Array {
 public:
  Array();
  template <class T>
  Array& add(T&& value) {
    put(node(std::forward<T>(value)));
    return *this;
  }
  template <class T>
  static Array of(std::vector<T> const& values) {
    Array array;
    for (auto const& value : values) array.add(value);
    return array;
  }

 private:
  friend Node node(Array);
  void put(Node value);
  Node root_;
};

/// An object that somebody sent. A member that is null counts as absent; one of a wrong type throws Error.
class Document {
 public:
  /// Throws Error if the text is not JSON, or not an object.
  static Document parse(std::string_view text);
  /// An array of objects; what else is in it is left out. Throws Error.
  static std::vector<Document> parse_list(std::string_view text);

  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool has(char const* name) const;
  [[nodiscard]] std::optional<std::string> string(char const* name) const;
  [[nodiscard]] std::optional<std::int64_t> integer(char const* name) const;
  [[nodiscard]] std::optional<bool> boolean(char const* name) const;
  /// A string, or a number as it would be written, of those who mix them up; empty for anything else.
  [[nodiscard]] std::string plain(char const* name) const;
  [[nodiscard]] std::vector<std::string> strings(char const* name) const;
  [[nodiscard]] bool is_array(char const* name) const;
  [[nodiscard]] std::optional<Document> object(char const* name) const;
  [[nodiscard]] std::vector<Document> objects(char const* name) const;

 private:
  explicit Document(Node root) : root_(std::move(root)) {}
  [[nodiscard]] JsonNode* member(char const* name) const;
  Node root_;
};

}  // namespace json
