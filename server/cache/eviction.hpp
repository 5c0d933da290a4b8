// SPDX-License-Identifier: LGPL-2.1-or-later
// Which files have to go. Pure.
#pragma once

#include "cache/file.hpp"

#include <cstdint>
#include <vector>

namespace cache {

struct Limits {
  std::int64_t most_bytes = 0;  ///< on disk
  std::int64_t most_files = 0;
  Seconds ttl = 0;  ///< since the last use; 0 = for ever
};

struct Candidate {
  Key key;
  File file;
  bool pinned = false;
  bool in_use = false;  ///< somebody reads it, or it is being downloaded to its end
};

/// So often opened, a file is popular: no time ends it, and it goes after all that are not.
inline constexpr std::int64_t popular_opens = 10;

/// Those to be deleted, in this order: what was not used for `ttl`, then the least recently used until the rest keeps
/// the limits. Never one that is pinned or in use, so it may not be enough.
std::vector<Key> to_evict(std::vector<Candidate> files, Limits const& limits, Seconds now);

}  // namespace cache
