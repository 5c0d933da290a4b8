// SPDX-License-Identifier: LGPL-2.1-or-later
// What is asked of providers, and what they know. Values.
#pragma once

#include "search/category.hpp"
#include "swarm/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace search {

struct Query {
  std::string text;
  Category category = Category::video;
  std::size_t limit = 50;  ///< of hits
};

struct Hit {
  swarm::InfoHash hash;
  std::string name;                               ///< valid UTF-8 without control characters; may look like HTML
  std::optional<std::int64_t> size;               ///< bytes
  std::optional<std::int64_t> seeders, leechers;  ///< as the provider has counted
  std::optional<std::int64_t> date;               ///< seconds since 1970
  std::optional<Category> category;
  std::vector<std::string> trackers;   ///< of its magnet
  std::vector<std::string> providers;  ///< names
  bool here = false;                   ///< all of it is on this machine
};

/// An answer that was understood.
struct Reading {
  std::vector<Hit> hits;
  int without_hash = 0;  ///< left out: nobody can look for them
};

/// Why there is no answer; what() is a sentence that says what is wrong and what to do, and holds no secret.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace search
