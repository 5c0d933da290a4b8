// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/demand.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace swarm {

namespace {

/// The ranges of one group by turns: the first piece of each, then the second of each.
void add_by_turns(std::vector<PieceRange> group, std::vector<int>& hot, std::unordered_set<int>& seen) {
  while (!group.empty()) {
    for (auto& range : group)
      if (int const piece = range.first++; seen.insert(piece).second) hot.push_back(piece);
    std::erase_if(group, [](PieceRange range) { return range.empty(); });
  }
}

/// Sorted and merged, with the hot pieces cut out.
std::vector<PieceRange> merge_without(std::vector<PieceRange> ranges, std::vector<int> hot) {
  std::sort(hot.begin(), hot.end());
  std::sort(ranges.begin(), ranges.end(), [](PieceRange a, PieceRange b) { return a.first < b.first; });
  std::vector<PieceRange> merged;
  auto const add = [&](int first, int last) {
    if (first >= last) return;
    if (!merged.empty() && merged.back().last == first)
      merged.back().last = last;
    else
      merged.push_back({first, last});
  };
  int next = 0;  // everything before it is dealt with
  for (auto const range : ranges) {
    int first = std::max(range.first, next);
    for (auto it = std::lower_bound(hot.begin(), hot.end(), first); it != hot.end() && *it < range.last; ++it) {
      add(first, *it);
      first = *it + 1;
    }
    add(first, range.last);
    next = std::max(next, range.last);
  }
  return merged;
}

}  // namespace

Wants demand(Layout const& layout, std::vector<ReaderWants> const& readers, std::optional<int> keep_file,
             std::int64_t hot_bytes) {
  enum Group { waited_for, read_now, elsewhere };
  std::array<std::vector<PieceRange>, 3> groups;
  std::vector<PieceRange> windows;
  for (auto const& reader : readers) {
    for (auto const& window : reader.windows) {
      auto const pieces = layout.pieces_of(reader.file, {window.position, window.end});
      if (pieces.empty()) continue;
      windows.push_back(pieces);
      auto const hot_end = window.end - window.position > hot_bytes ? window.position + hot_bytes : window.end;
      auto const group = !window.current ? elsewhere : reader.waiting ? waited_for : read_now;
      if (auto const hot = layout.pieces_of(reader.file, {window.position, hot_end}); !hot.empty())
        groups[group].push_back(hot);
    }
  }

  Wants wants;
  std::unordered_set<int> seen;
  for (auto& group : groups) add_by_turns(std::move(group), wants.hot, seen);
  wants.ahead = merge_without(std::move(windows), wants.hot);
  if (keep_file)
    if (auto const pieces = layout.pieces_of(*keep_file); !pieces.empty()) wants.keep = pieces;
  return wants;
}

}  // namespace swarm
