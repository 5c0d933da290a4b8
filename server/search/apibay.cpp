// SPDX-License-Identifier: LGPL-2.1-or-later
// The JSON of apibay.org: q.php gives an array of rows, whose numbers are strings.
#include "lib/json/json.hpp"
#include "search/source.hpp"
#include "search/text.hpp"

#include <algorithm>

namespace search {
namespace {

/// Nothing found is told as a row, too: this one.
constexpr char const* nothing = "No results returned";

/// Names hold escaped NULs now and then, which our JSON refuses: spaces in their place.
std::string without_nuls(std::string text) {
  for (auto at = text.find('\\'); at != std::string::npos && at + 1 < text.size(); at = text.find('\\', at + 2))
    if (text.compare(at, 6, R"(\u0000)") == 0) text.replace(at, 6, R"(\u0020)");
  return text;
}

std::vector<json::Document> rows_of(std::string const& text) {
  try {
    return json::Document::parse_list(text);
  } catch (json::Error const&) {
    throw Error("It does not answer with the JSON of ApiBay: is its address right? (https://apibay.org)");
  }
}

Hit hit_of(json::Document const& row) {
  Hit hit;
  hit.name = plain_name(row.plain("name"));
  hit.size = plain_number(row.plain("size"));
  hit.seeders = plain_count(row.plain("seeders"));
  hit.leechers = plain_count(row.plain("leechers"));
  hit.date = plain_date(plain_number(row.plain("added")).value_or(0));
  hit.category = of_bay_number(static_cast<long>(plain_number(row.plain("category")).value_or(0)));
  return hit;
}

}  // namespace

std::string apibay_address(std::string const& url, Query const& query) {
  auto const slash = url.find('/', url.find("://") + 3);
  auto const whole = slash != std::string::npos && slash + 1 < url.size();
  auto address = whole ? url : url.substr(0, slash) + "/q.php";
  address += address.find('?') == std::string::npos ? '?' : '&';
  return address + "q=" + encoded(query.text) + "&cat=" + std::to_string(bay_number(query.category));
}

Reading read_apibay(std::string_view body) {
  auto const text = without_nuls(valid_text(body));
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) throw Error("It answers with nothing at all: try later.");
  if (is_web_page(text))
    throw Error("It answers with a web page in place of JSON: it is down, wants a browser, or blocks this machine.");
  Reading reading;
  for (auto const& row : rows_of(text)) {
    auto const hash = plain_hash(row.plain("info_hash"));
    if (!hash) {
      if (row.plain("name") != nothing) ++reading.without_hash;
      continue;
    }
    auto hit = hit_of(row);
    hit.hash = *hash;
    reading.hits.push_back(std::move(hit));
  }
  if (reading.hits.empty() && reading.without_hash > 0)
    throw Error(
        "It gives names without info hashes (\"Hash None\"): it is out of order; name another provider too "
        "(tpb=URL).");
  return reading;
}

}  // namespace search
