// SPDX-License-Identifier: LGPL-2.1-or-later
// Many providers' hits as one list. Pure.
#pragma once

#include "search/hit.hpp"

#include <string>
#include <vector>

namespace search {

/// Hits of one torrent become one: the most seeders that anybody counted, what others know beside it, all providers.
class Merged {
 public:
  explicit Merged(Category wanted) : wanted_(wanted) {}
  /// Those that fit; says how many.
  int add(std::string const& provider, std::vector<Hit> hits);
  /// What is here whole first, then by seeders; at most `most`.
  [[nodiscard]] std::vector<Hit> sorted(std::size_t most) const;

 private:
  Category const wanted_;
  std::vector<Hit> hits_;
};

/// That of the hits which a name alone means: all its words are in the hit's, and it is here or has the most seeders.
/// Null if there is none.
Hit const* best_named(std::vector<Hit> const& sorted, std::string const& name);

}  // namespace search
