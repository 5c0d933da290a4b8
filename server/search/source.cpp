// SPDX-License-Identifier: LGPL-2.1-or-later
#include "search/source.hpp"

#include <glib.h>

#include <algorithm>
#include <set>

namespace search {
namespace {

constexpr Kind kinds[] = {
    {"apibay", "https://apibay.org", apibay_address, read_apibay},
    {"torznab", nullptr, torznab_address, read_torznab},
    {"tpb", nullptr, tpb_address, read_tpb},
};

/// "host:port" of an http or https URL; empty for anything else.
std::string host_of(std::string const& url) {
  g_autoptr(GUri) uri = g_uri_parse(url.c_str(), G_URI_FLAGS_ENCODED, nullptr);
  std::string_view const scheme = uri ? g_uri_get_scheme(uri) : "";
  auto const* host = uri ? g_uri_get_host(uri) : nullptr;
  if ((scheme != "http" && scheme != "https") || !host || !*host) return {};
  auto const port = g_uri_get_port(uri);
  return port > 0 ? std::string(host) + ":" + std::to_string(port) : host;
}

}  // namespace

Source parse_source(std::string const& text) {
  auto const equals = text.find('=');
  auto const name = text.substr(0, equals);
  if (name == "library" && equals == std::string::npos) return {nullptr, "", "library"};
  auto const* kind = std::ranges::find(kinds, name, &Kind::name);
  if (kind == std::end(kinds)) throw Error("There is no kind of provider \"" + name + "\".");
  if (equals == std::string::npos && !kind->usual_url) throw Error("The provider " + name + " needs a URL.");
  std::string const url = equals == std::string::npos ? kind->usual_url : text.substr(equals + 1);
  // A template's braces are no part of a URL yet.
  g_autofree char* filled = g_strdelimit(g_strdup(url.c_str()), "{}", '0');
  auto const host = host_of(filled);
  if (host.empty()) throw Error("The provider " + name + " needs an http or https URL.");
  return {kind, url, host};
}

std::vector<Source> parse_sources(std::vector<std::string> const& texts) {
  std::vector<Source> sources;
  std::set<std::string> names;
  for (auto const& text : texts) {
    auto source = parse_source(text);
    auto const plain = source.name;
    for (int i = 2; !names.insert(source.name).second; ++i) source.name = plain + "#" + std::to_string(i);
    sources.push_back(std::move(source));
  }
  return sources;
}

std::string encoded(std::string_view text) {
  g_autofree char* made = g_uri_escape_bytes(reinterpret_cast<guint8 const*>(text.data()), text.size(), nullptr);
  return made;
}

}  // namespace search
