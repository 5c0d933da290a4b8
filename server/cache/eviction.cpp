// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cache/eviction.hpp"

#include <algorithm>
#include <tuple>

namespace cache {

Clearance make_room(std::vector<Candidate> files, Limits const& limits, std::int64_t coming, Seconds now) {
  auto const popular = [](Candidate const& c) { return c.file.opens >= popular_opens; };
  auto const expired = [&](Candidate const& c) {
    return limits.ttl > 0 && !c.downloading && !popular(c) && now - c.file.last_used >= limits.ttl;
  };
  std::int64_t bytes = 0, missing = 0;
  for (auto const& c : files) {
    bytes += c.file.held.on_disk;
    missing += c.missing;
  }
  auto count = static_cast<std::int64_t>(files.size());
  auto const over = [&](std::int64_t more) { return bytes + more > limits.most_bytes || count > limits.most_files; };

  std::erase_if(files, [](Candidate const& c) { return c.pinned || c.in_use; });
  std::sort(files.begin(), files.end(), [&](Candidate const& a, Candidate const& b) {
    return std::tuple(a.downloading, popular(a), a.file.last_used, a.key) <
           std::tuple(b.downloading, popular(b), b.file.last_used, b.key);
  });
  Clearance cleared;
  for (auto const& c : files) {
    if (!over(std::min(coming, missing)) && !expired(c)) continue;
    if (c.downloading) {
      cleared.ended.push_back(c.key);
      missing -= c.missing;
      if (!over(std::min(coming, missing))) continue;
    }
    bytes -= c.file.held.on_disk;
    --count;
    cleared.evicted.push_back(c.key);
  }
  return cleared;
}

}  // namespace cache
