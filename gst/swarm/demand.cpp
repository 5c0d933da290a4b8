// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/demand.hpp"

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

}  // namespace

Wants demand(Layout const& layout, std::vector<ReaderWants> const& readers, std::optional<int> keep_file,
             std::int64_t hot_bytes) {
  enum Group { waited_for, read_now, elsewhere };
  std::array<std::vector<PieceRange>, 3> groups;
  std::array<std::vector<PieceRange>, 3> windows;
  for (auto const& reader : readers) {
    for (auto const& window : reader.windows) {
      auto const pieces = layout.pieces_of(reader.file, {window.position, window.end});
      if (pieces.empty()) continue;
      auto const hot_end = window.end - window.position > hot_bytes ? window.position + hot_bytes : window.end;
      auto const group = !window.current ? elsewhere : reader.waiting ? waited_for : read_now;
      windows[group].push_back(pieces);
      if (auto const hot = layout.pieces_of(reader.file, {window.position, hot_end}); !hot.empty())
        groups[group].push_back(hot);
    }
  }

  Wants wants;
  std::unordered_set<int> seen;
  for (auto& group : groups) add_by_turns(std::move(group), wants.hot, seen);
  for (auto const& group : windows) wants.ahead.insert(wants.ahead.end(), group.begin(), group.end());
  if (keep_file)
    if (auto const pieces = layout.pieces_of(*keep_file); !pieces.empty()) wants.keep = pieces;
  return wants;
}

}  // namespace swarm
