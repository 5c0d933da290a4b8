// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/proxies.hpp"

#include <gio/gio.h>

#include <algorithm>
#include <stdexcept>

namespace http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && g_ascii_isspace(text.front())) text.remove_prefix(1);
  while (!text.empty() && g_ascii_isspace(text.back())) text.remove_suffix(1);
  return text;
}

/// Parts between separators; not those in quoted strings, where the field knows such.
std::vector<std::string_view> parts(std::string_view text, char separator, bool quotes) {
  std::vector<std::string_view> found;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && quotes && text[i] == '"') quoted = !quoted;
    if (i < text.size() && (quoted || text[i] != separator)) continue;
    if (auto part = trimmed(text.substr(begin, i - begin)); !part.empty()) found.push_back(part);
    begin = i + 1;
  }
  return found;
}

GInetAddress* parse(std::string_view text) {
  std::string plain(text.substr(0, text.find('%')));
  // IPv4 clients of a listener that takes both.
  if (g_ascii_strncasecmp(plain.c_str(), "::ffff:", 7) == 0 && plain.find('.') != std::string::npos) plain.erase(0, 7);
  return g_inet_address_new_from_string(plain.c_str());
}

/// Nothing, or a colon and a port.
bool is_port(std::string_view text) {
  return text.empty() || (text.size() > 1 && text.front() == ':' &&
                          std::all_of(text.begin() + 1, text.end(), [](char c) { return g_ascii_isdigit(c); }));
}

/// The address of "1.2.3.4", "1.2.3.4:80", "[::1]:80", "::1"; empty for "unknown", "_hidden" and whatever has more in
/// it: a client may have written it.
std::string address_of(std::string_view node) {
  auto end = node.size();
  if (node.starts_with('[')) {
    end = std::min(node.find(']'), node.size() - 1);
    if (!is_port(node.substr(end + 1))) return {};
    node = node.substr(1, end - 1);
  } else if (std::count(node.begin(), node.end(), ':') == 1) {
    end = node.find(':');
    if (!is_port(node.substr(end))) return {};
    node = node.substr(0, end);
  }
  g_autoptr(GInetAddress) address = parse(node);
  if (!address) return {};
  g_autofree char* text = g_inet_address_to_string(address);
  return text;
}

/// What one proxy says of who came to it.
struct Hop {
  std::string address, scheme, host;
};

/// The nearest one last, as in the field.
std::vector<Hop> hops(Forwarding const& said) {
  std::vector<Hop> found;
  if (!said.forwarded.empty() && !said.for_list.empty()) {
    // A proxy writes one of the two, or the same into both; else one of them is the client's own word.
    auto const older = hops({.forwarded = {}, .for_list = said.for_list, .proto = {}, .host = {}});
    auto newer = hops({.forwarded = said.forwarded, .for_list = {}, .proto = {}, .host = {}});
    bool const agree = !older.empty() && !newer.empty() && older.back().address == newer.back().address;
    return agree ? newer : std::vector<Hop>{Hop()};
  }
  if (!said.forwarded.empty()) {
    if (std::count(said.forwarded.begin(), said.forwarded.end(), '"') % 2 != 0) return {Hop()};
    for (auto const element : parts(said.forwarded, ',', true)) {
      Hop hop;
      for (auto const pair : parts(element, ';', true)) {
        auto const equals = pair.find('=');
        if (equals == std::string_view::npos) continue;
        g_autofree char* name = g_ascii_strdown(pair.data(), static_cast<gssize>(equals));
        auto value = trimmed(pair.substr(equals + 1));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
        if (std::string_view(name) == "for") hop.address = address_of(value);
        if (std::string_view(name) == "proto") hop.scheme = value;
        if (std::string_view(name) == "host") hop.host = value;
      }
      found.push_back(std::move(hop));
    }
    return found;
  }
  for (auto const node : parts(said.for_list, ',', false)) found.push_back({address_of(node), {}, {}});
  auto const protos = parts(said.proto, ',', false), hosts = parts(said.host, ',', false);
  if (found.empty() && (!protos.empty() || !hosts.empty())) return found;  // no word of who it is: not believed either
  // With one name a hop each has its own; else the one that there is is the nearest proxy's about all of it.
  auto const of = [&](auto const& list, std::size_t i) {
    if (list.empty()) return std::string();
    return std::string(list.size() == found.size() ? list[i] : list.back());
  };
  for (std::size_t i = 0; i < found.size(); ++i) {
    found[i].scheme = of(protos, i);
    found[i].host = of(hosts, i);
  }
  return found;
}

}  // namespace

Proxies::Proxies(std::vector<std::string> const& networks) {
  for (auto const& text : networks) {
    auto mask = g_inet_address_mask_new_from_string(text.c_str(), nullptr);
    if (!mask) throw std::runtime_error("\"" + text + "\" is no address and no network of a proxy.");
    masks_.emplace_back(mask, g_object_unref);
  }
}

bool Proxies::trust(std::string_view text) const {
  if (masks_.empty()) return false;
  g_autoptr(GInetAddress) address = parse(text);
  return address && std::any_of(masks_.begin(), masks_.end(), [&](auto const& mask) {
           return g_inet_address_mask_matches(static_cast<GInetAddressMask*>(mask.get()), address);
         });
}

Client Proxies::client_behind(Client const& peer, Forwarding const& said) const {
  auto client = peer;
  auto const told = masks_.empty() ? std::vector<Hop>() : hops(said);
  for (auto hop = told.rbegin(); hop != told.rend() && trust(client.address); ++hop) {
    client.address = hop->address;
    if (hop->scheme == "http" || hop->scheme == "https") client.scheme = hop->scheme;
    if (!hop->host.empty()) client.host = hop->host;
  }
  return client;
}

}  // namespace http
