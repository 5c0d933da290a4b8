// SPDX-License-Identifier: LGPL-2.1-or-later
// What SEARCH_PROVIDERS names. Pure; reentrant.
#pragma once

#include "search/hit.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace search {

/// How one kind of provider on the web is asked and understood.
struct Kind {
  char const* name;                                                    ///< "apibay"
  char const* usual_url;                                               ///< if none is given; null = one must be
  std::string (*address)(std::string const& url, Query const& query);  ///< of the question
  Reading (*read)(std::string_view body);                              ///< throws Error
};

struct Source {
  Kind const* kind = nullptr;  ///< null: the library
  std::string url;
  std::string name;  ///< as clients see it: the host, without anything secret
};

/// "library", "apibay", "apibay=URL", "torznab=URL", "tpb=URL". Throws Error.
Source parse_source(std::string const& text);
/// All of them, each name once.
std::vector<Source> parse_sources(std::vector<std::string> const& texts);

/// Percent-encoded, for a query.
std::string encoded(std::string_view text);

// One file each.
std::string apibay_address(std::string const& url, Query const& query);
Reading read_apibay(std::string_view body);
std::string torznab_address(std::string const& url, Query const& query);
Reading read_torznab(std::string_view body);
std::string tpb_address(std::string const& url, Query const& query);
Reading read_tpb(std::string_view body);

}  // namespace search
