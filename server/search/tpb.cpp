// SPDX-License-Identifier: LGPL-2.1-or-later
// Pages of The Pirate Bay and of those who show them: a table, each of whose rows has a magnet. Columns come and go, so
// things are known by how they look.
#include "lib/xml/document.hpp"
#include "search/source.hpp"
#include "search/text.hpp"
#include "swarm/error.hpp"
#include "swarm/locator.hpp"

#include <algorithm>
#include <charconv>

namespace search {
namespace {

/// Rows within rows are tables around them.
bool is_row(xml::Element const& row) { return row.all("tr").empty(); }

std::string magnet_in(xml::Element const& row) {
  for (auto const& link : row.all("a"))
    if (auto const href = link.attribute("href"); href.starts_with("magnet:")) return href;
  return {};
}

std::string title_of(xml::Element const& row) {
  for (auto const& link : row.all("a"))
    if (link.attribute("class") == "detLink" || link.attribute("href").find("/torrent/") != std::string::npos ||
        link.attribute("href").find("description.php") != std::string::npos)
      if (auto const name = plain_name(link.text()); !name.empty()) return name;
  return {};
}

/// "/browse/207" or "search.php?q=category:207"; the last one is the closest.
std::optional<Category> category_of(xml::Element const& row) {
  std::optional<Category> found;
  for (auto const& link : row.all("a"))
    for (std::string_view const mark : {"/browse/", "category:"})
      if (auto const href = link.attribute("href"); href.find(mark) != std::string::npos) {
        auto const* digits = href.c_str() + href.find(mark) + mark.size();
        long number = 0;
        std::from_chars(digits, href.c_str() + href.size(), number);
        if (auto const category = of_bay_number(number)) found = category;
      }
  return found;
}

/// Seeders, then leechers: the first two cells with nothing but a number. (Films have such names, too, but as links;
/// and the last may be a user of such a name.)
void count_peers(xml::Element const& row, Hit& hit) {
  for (auto const& cell : row.children("td")) {
    auto const number = plain_count(plain_name(cell.text()));
    if (!number || !cell.all("a").empty()) continue;
    if (hit.seeders) {
      hit.leechers = number;
      return;
    }
    hit.seeders = number;
  }
}

std::optional<Hit> hit_of(xml::Element const& row, std::string const& magnet) {
  try {
    auto locator = swarm::Locator::parse(magnet);
    Hit hit;
    if (!plain_hash(locator.hash.key())) return {};
    hit.hash = locator.hash;
    hit.name = title_of(row);
    if (hit.name.empty()) hit.name = plain_name(locator.name);
    hit.trackers = std::move(locator.trackers);
    std::string text;
    for (auto const& cell : row.children("td")) text += cell.text() + '\n';
    // A name has sizes and dates of its own.
    if (auto const name = text.find(hit.name); name != std::string::npos) text.erase(name, hit.name.size());
    hit.size = size_in(text);
    hit.date = bay_date(text);
    hit.category = category_of(row);
    count_peers(row, hit);
    return hit;
  } catch (swarm::Error const&) {
    return {};
  }
}

bool says_nothing_found(std::string const& text) {
  return text.find("No hits") != std::string::npos || text.find("No results returned") != std::string::npos;
}

}  // namespace

std::string tpb_address(std::string const& url, Query const& query) {
  auto const number = std::to_string(bay_number(query.category));
  auto address = url;
  if (address.find("{query}") == std::string::npos) {
    while (address.ends_with('/')) address.pop_back();
    address += "/search/{query}/1/99/{category}";  // page 1, most seeders first
  }
  for (auto const& [mark, value] :
       {std::pair<std::string, std::string>{"{query}", encoded(query.text)}, {"{category}", number}})
    if (auto const at = address.find(mark); at != std::string::npos) address.replace(at, mark.size(), value);
  return address;
}

Reading read_tpb(std::string_view body) {
  auto const text = valid_text(body);
  try {
    auto const document = xml::Document::html(text);
    Reading reading;
    for (auto const& row : document.root().all("tr")) {
      if (!is_row(row)) continue;
      auto const magnet = magnet_in(row);
      if (magnet.empty()) continue;
      if (auto hit = hit_of(row, magnet))
        reading.hits.push_back(std::move(*hit));
      else
        ++reading.without_hash;
    }
    bool const has_table = text.find("searchResult") != std::string::npos;
    if (reading.hits.empty() && reading.without_hash == 0 && !has_table && !says_nothing_found(text))
      throw Error("Its page has no table of results: it is down, wants a browser, or has another form.");
    return reading;
  } catch (xml::Error const&) {
    throw Error("It answers with nothing that can be read: try later.");
  }
}

}  // namespace search
