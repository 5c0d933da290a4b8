// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/xml/document.hpp"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <limits>
#include <mutex>

namespace xml {
namespace {

void once() {
  static std::once_flag begun;
  std::call_once(begun, xmlInitParser);  // which is not thread-safe itself
}

int size_of(std::string_view text) {
  if (text.size() > std::numeric_limits<int>::max()) throw Error("The document is too large.");
  return static_cast<int>(text.size());
}

bool is(xmlNode const* node, std::string_view name) {
  return node->type == XML_ELEMENT_NODE && (name.empty() || name == reinterpret_cast<char const*>(node->name));
}

/// The node that a document has behind this one, with all below it if `down`; null at the end of `top`.
xmlNode* after(xmlNode* node, xmlNode const* top) {
  if (node->children && node->type == XML_ELEMENT_NODE) return node->children;
  while (node != top && !node->next) node = node->parent;
  return node == top ? nullptr : node->next;
}

}  // namespace

std::string Element::text() const {
  std::string text;
  for (auto* node = after(node_, node_); node; node = after(node, node_))
    if ((node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) && node->content)
      text += reinterpret_cast<char const*>(node->content);
  return text;
}

std::string Element::attribute(char const* name) const {
  std::unique_ptr<xmlChar, decltype(xmlFree)> const value(xmlGetProp(node_, reinterpret_cast<xmlChar const*>(name)),
                                                          xmlFree);
  return value ? reinterpret_cast<char const*>(value.get()) : "";
}

std::vector<Element> Element::children(std::string_view name) const {
  std::vector<Element> found;
  for (auto* node = node_->children; node; node = node->next)
    if (is(node, name)) found.emplace_back(node);
  return found;
}

std::vector<Element> Element::all(std::string_view name) const {
  std::vector<Element> found;
  for (auto* node = after(node_, node_); node; node = after(node, node_))
    if (is(node, name)) found.emplace_back(node);
  return found;
}

std::string Element::text_of(std::string_view child) const {
  auto const found = children(child);
  return found.empty() ? "" : found.front().text();
}

Document Document::xml(std::string_view text) {
  once();
  if (text.find("<!DOCTYPE") != std::string_view::npos || text.find("<!ENTITY") != std::string_view::npos)
    throw Error("The XML has a document type, which is not accepted.");
  constexpr int options = XML_PARSE_NONET | XML_PARSE_RECOVER | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
  Document made(xmlReadMemory(text.data(), size_of(text), nullptr, nullptr, options));
  if (!made.document_ || !xmlDocGetRootElement(made.document_.get())) throw Error("This is no XML.");
  return made;
}

Document Document::html(std::string_view text) {
  once();
  constexpr int options = HTML_PARSE_NONET | HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING;
  Document made(htmlReadMemory(text.data(), size_of(text), nullptr, "UTF-8", options));
  if (!made.document_ || !xmlDocGetRootElement(made.document_.get())) throw Error("This is no HTML.");
  return made;
}

}  // namespace xml
