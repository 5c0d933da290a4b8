// SPDX-License-Identifier: LGPL-2.1-or-later
// What the index knows of a file of a torrent in this node's download folder.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace cache {

using Seconds = std::int64_t;  ///< since 1970, UTC; or a span

struct Key {
  std::string info_hash;  ///< swarm::Torrent::key()
  int file = 0;
  auto operator<=>(Key const&) const = default;
};

/// What the folder says.
struct Held {
  std::string name;
  std::int64_t size = 0;     ///< bytes
  std::int64_t on_disk = 0;  ///< bytes that it takes there (st_blocks); fewer while it is incomplete
  bool complete = false;     ///< and verified
  bool operator==(Held const&) const = default;
};

struct File {
  Held held;
  Seconds last_used = 0;
  std::int64_t opens = 0;  ///< by viewers, on all nodes
  bool operator==(File const&) const = default;
};

/// How often a viewer began with a file that was complete here, and with one that was not; on all nodes.
struct Lookups {
  std::int64_t hits = 0, misses = 0;
  bool operator==(Lookups const&) const = default;
};

}  // namespace cache
