// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/magnet.hpp"

#include "swarm/error.hpp"
#include "swarm/hash_input.hpp"
#include "swarm/limits.hpp"
#include "swarm/quote.hpp"
#include "swarm/uri.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <utility>

namespace swarm {

namespace {

[[noreturn]] void refuse(std::string const& what, std::string const& advice = {}) {
  throw Error(Errc::bad_input, what, advice);
}

/// The part before the separator; `text` keeps what is behind it.
std::string_view cut(std::string_view& text, char separator) {
  auto const end = text.find(separator);
  auto const part = text.substr(0, end);
  text = end == text.npos ? std::string_view() : text.substr(end + 1);
  return part;
}

/// `xt.1` means `xt`; a number has no meaning but to tell several apart.
std::string_view without_number(std::string_view key) {
  auto const dot = key.rfind('.');
  if (dot == key.npos || dot + 1 == key.size()) return key;
  bool const number = key.find_first_not_of("0123456789", dot + 1) == key.npos;
  return number ? key.substr(0, dot) : key;
}

template <class T>
void add_new(std::vector<T>& list, std::optional<T> item) {
  if (item && std::find(list.begin(), list.end(), *item) == list.end()) list.push_back(*std::move(item));
}

void add_topic(Locator& to, std::string& others, std::string_view value) {
  auto const topic = percent_decode(value);
  if (!topic) refuse("The xt of the magnet link has a % that is not followed by two hexadecimal digits.");
  auto const hash = parse_exact_topic(*topic);
  if (!hash) {
    if (others.empty()) others = in_quotes(*topic);
    return;
  }
  if ((hash->v1 && to.hash.v1 && hash->v1 != to.hash.v1) || (hash->v2 && to.hash.v2 && hash->v2 != to.hash.v2))
    refuse("The magnet link names two different torrents.", "Give one link for each torrent.");
  if (hash->v1) to.hash.v1 = hash->v1;
  if (hash->v2) to.hash.v2 = hash->v2;
}

std::string display_name(std::string_view value) {
  constexpr std::size_t longest = 255;
  std::string spaced(value);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  // People write "100% true" too.
  return clean_text(percent_decode(spaced).value_or(spaced), longest);
}

std::optional<PeerAddress> peer_address(std::string_view value) {
  auto const decoded = percent_decode(value).value_or("");
  std::string_view host = decoded;
  auto const colon = host.rfind(':');
  if (colon == host.npos) return {};
  auto const port = port_number(host.substr(colon + 1));
  host = host.substr(0, colon);
  if (!port || host.empty()) return {};

  PeerAddress peer{std::string(host), static_cast<std::uint16_t>(*port)};
  if (host.front() == '[' && host.back() == ']') {
    peer.host = host.substr(1, host.size() - 2);
    in6_addr ignored;
    if (inet_pton(AF_INET6, peer.host.c_str(), &ignored) != 1) return {};
    return peer;
  }
  bool const name = std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  });
  constexpr std::size_t longest_name = 253;  // RFC 1035
  if (!name || host.size() > longest_name || host.front() == '.' || host.front() == '-') return {};
  return peer;
}

/// First and last.
using Span = std::pair<int, int>;

/// BEP 53: `0,2,4-6`.
void add_selected(std::vector<Span>& to, std::string_view value) {
  auto const number = [](std::string_view text) {
    int n = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc() || end != text.data() + text.size() || n < 0 || n >= max_files)
      refuse("The so of the magnet link has " + in_quotes(text) + " where the number of a file is expected.",
             "Write so=0,2,4-6.");
    return n;
  };
  auto const decoded = percent_decode(value).value_or(std::string(value));
  std::string_view rest = decoded;
  while (!rest.empty()) {
    auto token = cut(rest, ',');
    bool const range = token.find('-') != token.npos;
    auto const first = number(range ? cut(token, '-') : token);
    to.emplace_back(first, range ? number(token) : first);
    if (to.back().second < first)
      refuse("The so of the magnet link has a range that ends before it begins.", "Write so=4-6.");
  }
}

/// Each number once, sorted.
std::vector<int> expand(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end());
  std::vector<int> numbers;
  for (auto const& [first, last] : spans)
    for (int n = numbers.empty() ? first : std::max(first, numbers.back() + 1); n <= last; ++n) numbers.push_back(n);
  return numbers;
}

}  // namespace

Locator parse_magnet(std::string_view query) {
  Locator locator;
  std::string others;
  std::vector<Span> selected;
  bool topic = false;
  while (!query.empty()) {
    auto value = cut(query, '&');
    if (value.starts_with("amp;")) value.remove_prefix(4);  // copied out of HTML
    auto const key = without_number(cut(value, '='));
    auto const is = [&](std::string_view name) { return same_letters(key, name); };
    auto const url = [&](std::initializer_list<std::string_view> schemes) {
      return web_address(percent_decode(value).value_or(""), schemes);
    };
    if (is("xt")) {
      topic = true;
      add_topic(locator, others, value);
    } else if (is("dn")) {
      if (locator.name.empty()) locator.name = display_name(value);
    } else if (is("tr")) {
      add_new(locator.trackers, url({"http", "https", "udp"}));
    } else if (is("ws")) {
      add_new(locator.web_seeds, url({"http", "https"}));
    } else if (is("xs")) {
      if (locator.exact_source.empty()) locator.exact_source = url({"http", "https"}).value_or("");
    } else if (is("x.pe")) {
      add_new(locator.peers, peer_address(value));
    } else if (is("so")) {
      add_selected(selected, value);
    }
  }

  if (!topic)
    refuse("The magnet link has no xt, so that nothing says which torrent it means.",
           "A magnet link begins with magnet:?xt=urn:btih: and the info hash.");
  if (locator.hash.empty())
    refuse("The magnet link names no torrent: its xt is " + others + " instead of urn:btih: or urn:btmh:.",
           "Links of other networks can't be opened.");
  locator.select_only = expand(std::move(selected));
  return locator;
}

std::string Locator::magnet() const {
  std::string link = "magnet:?";
  if (hash.v1) link += "xt=urn:btih:" + hash.v1_hex();
  if (hash.v2) link += (hash.v1 ? "&xt=urn:btmh:1220" : "xt=urn:btmh:1220") + hash.v2_hex();
  if (!name.empty()) link += "&dn=" + percent_encode(name);
  for (auto const& url : trackers) link += "&tr=" + percent_encode(url);
  for (auto const& url : web_seeds) link += "&ws=" + percent_encode(url);
  if (!exact_source.empty()) link += "&xs=" + percent_encode(exact_source);
  for (auto const& [host, port] : peers) {
    bool const v6 = host.find(':') != host.npos;
    link += "&x.pe=" + (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
  }
  for (std::size_t i = 0; i < select_only.size();) {
    auto last = i;
    while (last + 1 < select_only.size() && select_only[last + 1] == select_only[last] + 1) ++last;
    link += (i == 0 ? "&so=" : ",") + std::to_string(select_only[i]);
    if (last != i) link += '-' + std::to_string(select_only[last]);
    i = last + 1;
  }
  return link;
}

}  // namespace swarm
