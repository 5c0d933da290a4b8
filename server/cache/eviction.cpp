// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cache/eviction.hpp"

#include <algorithm>
#include <tuple>

namespace cache {

std::vector<Key> to_evict(std::vector<Candidate> files, Limits const& limits, Seconds now) {
  auto const popular = [](Candidate const& c) { return c.file.opens >= popular_opens; };
  auto const expired = [&](Candidate const& c) {
    return limits.ttl > 0 && !popular(c) && now - c.file.last_used >= limits.ttl;
  };
  std::int64_t bytes = 0;
  for (auto const& c : files) bytes += c.file.held.on_disk;
  auto count = static_cast<std::int64_t>(files.size());

  std::erase_if(files, [](Candidate const& c) { return c.pinned || c.in_use; });
  std::sort(files.begin(), files.end(), [&](Candidate const& a, Candidate const& b) {
    return std::tuple(popular(a), a.file.last_used, a.key) < std::tuple(popular(b), b.file.last_used, b.key);
  });
  std::vector<Key> chosen;
  for (auto const& c : files) {
    bool const over = bytes > limits.most_bytes || count > limits.most_files;
    if (!over && !expired(c)) continue;
    bytes -= c.file.held.on_disk;
    --count;
    chosen.push_back(c.key);
  }
  return chosen;
}

}  // namespace cache
