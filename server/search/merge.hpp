// SPDX-License-Identifier: LGPL-2.1-or-later
// Many providers' hits as one list. Pure.
#pragma once

#include "search/hit.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace search {

/// Hits of one torrent become one: the most seeders that anybody counted, what others know beside it, and all providers
/// in the order of add().
class Merged {
 public:
  explicit Merged(Category wanted) : wanted_(wanted) {}
  /// Those that fit; says how many.
  int add(std::string const& provider, std::vector<Hit> hits);
  /// What is here whole first, then by seeders; at most `most`.
  [[nodiscard]] std::vector<Hit> sorted(std::size_t most) const;

 private:
  Category const wanted_;
  /// Of the hit with one of these hashes; the end if there is none.
  [[nodiscard]] std::size_t place_of(swarm::InfoHash const& hash) const;

  std::vector<Hit> hits_;
  std::unordered_map<std::string, std::size_t> places_;  ///< in hits_, by each hash in hex
};

/// That of the hits which a name alone means: all its words are in the hit's, and it is here or has the most seeders.
/// Null if there is none.
Hit const* best_named(std::vector<Hit> const& sorted, std::string const& name);

}  // namespace search
