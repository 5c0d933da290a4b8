// SPDX-License-Identifier: LGPL-2.1-or-later
// libxml2 in C++, for XML and HTML that strangers wrote. Nothing is loaded from anywhere, and no entity is expanded.
// Reentrant.
#pragma once

#include <libxml/tree.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace xml {

/// what() is one sentence.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An element of a Document, as long as that lives.
class Element {
 public:
  explicit Element(xmlNode* node) : node_(node) {}
  [[nodiscard]] std::string_view name() const { return reinterpret_cast<char const*>(node_->name); }
  /// Of this element and all below it.
  [[nodiscard]] std::string text() const;
  /// Empty if there is none.
  [[nodiscard]] std::string attribute(char const* name) const;
  /// Elements among its children, those of this name (without a prefix) if one is given.
  [[nodiscard]] std::vector<Element> children(std::string_view name = {}) const;
  /// Elements of this name anywhere below it, in order.
  [[nodiscard]] std::vector<Element> all(std::string_view name) const;
  /// Text of the first child of this name; empty if there is none.
  [[nodiscard]] std::string text_of(std::string_view child) const;

 private:
  xmlNode* node_;
};

class Document {
 public:
  /// What can be understood of it; text that is cut off gives what came before. Throws Error for what is no XML at all,
  /// and for a document type: entities are declared there.
  static Document xml(std::string_view text);
  /// Tags that are never closed are closed. Throws Error if there is nothing.
  static Document html(std::string_view text);

  [[nodiscard]] Element root() const { return Element(xmlDocGetRootElement(document_.get())); }

 private:
  struct Free {
    void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
  };
  explicit Document(xmlDoc* document) : document_(document) {}
  std::unique_ptr<xmlDoc, Free> document_;
};

}  // namespace xml
