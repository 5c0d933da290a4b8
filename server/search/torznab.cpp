// SPDX-License-Identifier: LGPL-2.1-or-later
// Torznab: RSS with attributes of its own, as Jackett and Prowlarr give it for the sites that they know.
#include "lib/xml/document.hpp"
#include "search/source.hpp"
#include "search/text.hpp"
#include "swarm/error.hpp"
#include "swarm/locator.hpp"

#include <map>

namespace search {
namespace {

using Attributes = std::multimap<std::string, std::string>;

/// <torznab:attr name="seeders" value="12"/>
Attributes attributes_of(xml::Element const& item) {
  Attributes all;
  for (auto const& attr : item.children("attr")) all.emplace(attr.attribute("name"), attr.attribute("value"));
  return all;
}

std::string first(Attributes const& attributes, char const* name) {
  auto const found = attributes.find(name);
  return found == attributes.end() ? "" : found->second;
}

/// What names the torrent may stand in four places. What a magnet says beside its hash counts, too.
void find_torrent(xml::Element const& item, Attributes const& attributes, Hit& hit) {
  if (auto const hash = plain_hash(first(attributes, "infohash"))) hit.hash = *hash;
  std::vector<std::string> links{first(attributes, "magneturl"), item.text_of("link"), item.text_of("guid")};
  for (auto const& enclosure : item.children("enclosure")) links.push_back(enclosure.attribute("url"));
  for (auto const& link : links) {
    if (!link.starts_with("magnet:")) continue;
    try {
      auto const locator = swarm::Locator::parse(link);
      if (hit.hash.empty()) hit.hash = locator.hash;
      if (hit.hash.same_torrent(locator.hash)) hit.trackers = locator.trackers;
      return;
    } catch (swarm::Error const&) {
      continue;
    }
  }
}

std::optional<Category> category_of(xml::Element const& item, Attributes const& attributes) {
  for (auto [at, end] = attributes.equal_range("category"); at != end; ++at)
    if (auto const found = of_torznab_number(static_cast<long>(plain_number(at->second).value_or(0)))) return found;
  for (auto const& category : item.children("category"))
    if (auto const found = of_torznab_number(static_cast<long>(plain_number(category.text()).value_or(0))))
      return found;
  return {};
}

Hit hit_of(xml::Element const& item) {
  auto const attributes = attributes_of(item);
  Hit hit;
  find_torrent(item, attributes, hit);
  hit.name = plain_name(item.text_of("title"));
  hit.size = plain_number(item.text_of("size"));
  if (!hit.size) hit.size = plain_number(first(attributes, "size"));
  for (auto const& enclosure : item.children("enclosure"))
    if (!hit.size) hit.size = plain_number(enclosure.attribute("length"));
  hit.seeders = plain_count(first(attributes, "seeders"));
  // "peers" are all of them.
  if (auto const peers = plain_count(first(attributes, "peers")); peers && *peers >= hit.seeders.value_or(0))
    hit.leechers = *peers - hit.seeders.value_or(0);
  if (auto const leechers = plain_count(first(attributes, "leechers"))) hit.leechers = leechers;
  hit.date = mail_date(item.text_of("pubDate"));
  hit.category = category_of(item, attributes);
  return hit;
}

/// Torznab's own error codes that have a remedy.
std::string sentence_of(xml::Element const& error) {
  auto const code = error.attribute("code");
  if (code == "100" || code == "101" || code == "102")
    return "It refuses the API key: check apikey= in SEARCH_PROVIDERS.";
  if (code == "201" || code == "202" || code == "203") return "It does not know how to search: is its address right?";
  auto const what = plain_name(error.attribute("description")).substr(0, 120);
  return "It says: " + valid_text(what.empty() ? "error " + plain_name(code) : what);
}

}  // namespace

std::string torznab_address(std::string const& url, Query const& query) {
  auto address =
      url + (url.find('?') == std::string::npos ? '?' : '&') + "t=search&extended=1&q=" + encoded(query.text);
  std::string const numbers = torznab_numbers(query.category);
  if (!numbers.empty()) address += "&cat=" + encoded(numbers);
  return address;
}

Reading read_torznab(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos)
    throw Error("It answers with nothing at all: try later.");
  if (is_web_page(body))
    throw Error("It answers with a web page in place of Torznab: check the address and apikey= in SEARCH_PROVIDERS.");
  try {
    auto const document = xml::Document::xml(body);
    auto const root = document.root();
    if (root.name() == "error") throw Error(sentence_of(root));
    if (root.name() != "rss") throw Error("It answers with XML that is no Torznab: is its address right?");
    Reading reading;
    for (auto const& channel : root.children("channel"))
      for (auto const& item : channel.children("item")) {
        auto hit = hit_of(item);
        if (hit.hash.empty())
          ++reading.without_hash;
        else
          reading.hits.push_back(std::move(hit));
      }
    return reading;
  } catch (xml::Error const&) {
    throw Error("It answers with something that is no XML: is its address right? (…/api?apikey=…)");
  }
}

}  // namespace search
