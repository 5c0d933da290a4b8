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
  auto const over_limits = [&] {
    return bytes + std::min(coming, missing) > limits.most_bytes || count > limits.most_files;
  };
  auto const over = [&] { return over_limits() || bytes + std::min(coming, missing) > limits.room; };

  bool const watched = std::ranges::any_of(files, [](Candidate const& c) { return c.in_use && c.missing > 0; });
  std::erase_if(files, [](Candidate const& c) { return c.pinned || c.in_use; });
  std::sort(files.begin(), files.end(), [&](Candidate const& a, Candidate const& b) {
    return std::tuple(a.downloading, popular(a), a.file.last_used, a.key) <
           std::tuple(b.downloading, popular(b), b.file.last_used, b.key);
  });
  Clearance cleared;
  for (auto const& c : files) {
    if (!over() && !expired(c)) continue;
    if (c.downloading) {
      bool const waits = !over_limits() && !watched;
      (waits ? cleared.waiting : cleared.ended).push_back(c.key);
      missing -= c.missing;
      if (waits || !over()) continue;
    }
    bytes -= c.file.held.on_disk;
    --count;
    cleared.evicted.push_back(c.key);
  }
  return cleared;
}

}  // namespace cache
