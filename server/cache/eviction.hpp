// SPDX-License-Identifier: LGPL-2.1-or-later
// Which files have to go. Pure.
#pragma once

#include "cache/file.hpp"

#include <cstdint>
#include <limits>
#include <vector>

namespace cache {

struct Limits {
  std::int64_t most_bytes = 0;  ///< on disk, as somebody has set it
  std::int64_t most_files = 0;
  Seconds ttl = 0;  ///< since the last use; 0 = for ever
  /// Bytes, as the disk has room for now, whoever fills it.
  std::int64_t room = std::numeric_limits<std::int64_t>::max();
};

struct Candidate {
  Key key;
  File file;
  bool pinned = false;
  bool in_use = false;       ///< somebody reads it
  bool downloading = false;  ///< to its end, whether somebody reads it or not
  std::int64_t missing = 0;  ///< bytes that are being fetched
};

/// So often opened, a file is popular: no time ends it, and it goes after all that are not.
inline constexpr std::int64_t popular_opens = 10;

struct Clearance {
  std::vector<Key> waiting;  ///< downloads that wait until the disk has room for them
  std::vector<Key> ended;    ///< downloads that have no room to go on, in this order
  std::vector<Key> evicted;  ///< files to be deleted, in this order; some of `ended` are among them
};

/// What has to go so that there is room for `coming` more bytes, or for all that are missing if those are fewer: what
/// was not used for `ttl`, then the least recently used, then downloads that nobody watches, which end before they are
/// deleted. If it is the disk alone that has no room, they wait: others may make some. Unless somebody watches what has
/// to be fetched. Never what is pinned or read, so it may not be enough.
Clearance make_room(std::vector<Candidate> files, Limits const& limits, std::int64_t coming, Seconds now);

}  // namespace cache
