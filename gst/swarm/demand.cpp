// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/demand.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace swarm {

namespace {

std::vector<Hot> hot_of(Layout const& layout, ReaderWants const& reader, ByteRange range) {
  std::vector<Hot> hot;
  auto const pieces = layout.pieces_of(reader.file, range);
  auto const& file = layout.file(reader.file);
  for (int piece = pieces.first; piece < pieces.last; ++piece) {
    hot.emplace_back(piece);
    if (!reader.by_block) continue;
    auto const start = piece * layout.piece_length();
    auto const first = std::max<std::int64_t>(file.offset + range.begin - start, 0);
    auto const last = std::min(file.offset + std::min(range.end, file.size) - start, layout.piece_size(piece));
    hot.back().begin = static_cast<int>(first / block_bytes);
    hot.back().end = static_cast<int>((last + block_bytes - 1) / block_bytes);
    hot.back().trusted = reader.trusted;
  }
  return hot;
}

/// The first piece of each place, then the second of each, and so on.
void add_by_turns(std::vector<std::vector<Hot>> const& places, Wants& wants,
                  std::unordered_map<int, std::size_t>& seen) {
  std::size_t longest = 0;
  for (auto const& place : places) longest = std::max(longest, place.size());
  for (std::size_t turn = 0; turn < longest; ++turn)
    for (auto const& place : places) {
      if (turn >= place.size()) continue;
      auto const& hot = place[turn];
      auto const [found, is_new] = seen.try_emplace(hot.piece, wants.hot.size());
      if (is_new) {
        wants.hot.push_back(hot);
      } else {
        auto& other = wants.hot[found->second];
        other.begin = std::min(other.begin, hot.begin);
        other.end = std::max(other.end, hot.end);
        other.trusted = other.trusted || hot.trusted;
      }
    }
}

}  // namespace

Wants demand(Layout const& layout, std::vector<ReaderWants> const& readers, std::optional<int> keep_file,
             std::int64_t hot_bytes) {
  enum Group { waited_for, read_now, elsewhere, last };
  std::array<std::vector<std::vector<Hot>>, 3> groups;
  std::array<std::vector<Stretch>, 4> windows;
  Wants wants;
  for (auto const& reader : readers) {
    wants.searching = wants.searching || (reader.searching && !reader.last);
    for (auto const& window : reader.windows) {
      auto const pieces = layout.pieces_of(reader.file, {window.position, window.end});
      if (pieces.empty()) continue;
      if (reader.last) {
        windows[last].push_back({pieces});
        continue;
      }
      auto const hot_end = window.end - window.position > hot_bytes ? window.position + hot_bytes : window.end;
      auto const group = !window.current ? elsewhere : reader.waiting ? waited_for : read_now;
      auto hot = hot_of(layout, reader, {window.position, hot_end});
      windows[group].push_back({pieces, hot.empty() ? 0 : hot.front().begin});
      if (!hot.empty()) groups[group].push_back(std::move(hot));
    }
  }

  std::unordered_map<int, std::size_t> seen;
  for (auto const& group : groups) add_by_turns(group, wants, seen);
  for (auto const& group : windows) wants.ahead.insert(wants.ahead.end(), group.begin(), group.end());
  if (keep_file)
    if (auto const pieces = layout.pieces_of(*keep_file); !pieces.empty()) wants.keep = pieces;
  return wants;
}

}  // namespace swarm
