// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/block_map.hpp"

#include <algorithm>

namespace swarm {
namespace {

constexpr std::uint8_t is_here = 0x80;
constexpr std::uint8_t asks = 0x7f;

bool is_open(std::uint8_t state) { return state == 0; }
bool is_pending(std::uint8_t state) { return !(state & is_here) && state != 0; }

}  // namespace

BlockMap::BlockMap(Layout const& layout)
    : per_piece_(static_cast<int>((layout.piece_length() + block_bytes - 1) / block_bytes)),
      in_last_(layout.piece_count() > 0 ? layout.blocks_in(layout.piece_count() - 1) : 0),
      open_(static_cast<std::size_t>(layout.piece_count()), per_piece_),
      verified_(open_.size(), false) {
  if (!open_.empty()) open_.back() = in_last_;
  for (auto const& file : layout.files()) {
    if (!file.padding) continue;
    // libtorrent knows these to be zeros, and nobody sends them.
    for (auto at = file.offset; at < file.offset + file.size;) {
      int const piece = static_cast<int>(at / layout.piece_length());
      auto const start = piece * layout.piece_length();
      auto const end = std::min(file.offset + file.size, start + layout.piece_size(piece)) - start;
      auto const first = (at - start + block_bytes - 1) / block_bytes;
      auto const last = end == layout.piece_size(piece) ? std::int64_t{blocks_in(piece)} : end / block_bytes;
      if (first < last) {
        auto const base = std::int64_t{piece} * per_piece_;
        padding_.emplace_back(base + first, base + last);
        open_[static_cast<std::size_t>(piece)] -= static_cast<int>(last - first);
      }
      at = start + end;
    }
  }
}

bool BlockMap::padding(Block block) const {
  auto const index = std::int64_t{block.piece} * per_piece_ + block.number;
  auto const after = std::upper_bound(padding_.begin(), padding_.end(), index,
                                      [](std::int64_t i, auto const& range) { return i < range.first; });
  return after != padding_.begin() && index < std::prev(after)->second;
}

std::vector<int> BlockMap::begun() const {
  std::vector<int> pieces;
  for (auto const& [piece, begun] : begun_) pieces.push_back(piece);
  return pieces;
}

BlockMap::Begun& BlockMap::begun(int piece) {
  auto& begun = begun_[piece];
  if (begun.blocks.empty())
    for (int number = 0; number < blocks_in(piece); ++number)
      begun.blocks.push_back(padding({piece, number}) ? is_here : 0);
  return begun;
}

std::uint8_t BlockMap::state(Block block) const {
  if (verified(block.piece)) return is_here;
  auto const found = begun_.find(block.piece);
  return found == begun_.end() ? (padding(block) ? is_here : std::uint8_t{0})
                               : found->second.blocks[static_cast<std::size_t>(block.number)];
}

template <class Change>
void BlockMap::change(Block block, Change change) {
  if (verified(block.piece)) return;
  auto& piece = begun(block.piece);
  auto& state = piece.blocks[static_cast<std::size_t>(block.number)];
  auto const before = state;
  change(state);
  open_[static_cast<std::size_t>(block.piece)] += is_open(state) - is_open(before);
  piece.pending += is_pending(state) - is_pending(before);
}

int BlockMap::pending_in(int piece) const {
  auto const found = begun_.find(piece);
  return found == begun_.end() ? 0 : found->second.pending;
}

bool BlockMap::valid(Block block) const {
  return block.piece >= 0 && block.piece < pieces() && block.number >= 0 && block.number < blocks_in(block.piece);
}

bool BlockMap::open(Block block) const { return is_open(state(block)); }
bool BlockMap::here(Block block) const { return state(block) & is_here; }
int BlockMap::asked(Block block) const { return state(block) & asks; }

void BlockMap::ask(Block block) {
  change(block, [](std::uint8_t& state) {
    if ((state & asks) < asks) ++state;
  });
}

bool BlockMap::forget(Block block) {
  change(block, [](std::uint8_t& state) {
    if (state & asks) --state;
  });
  return open(block);
}

void BlockMap::arrive(Block block) {
  change(block, [](std::uint8_t& state) { state |= is_here; });
}

void BlockMap::verify(int piece) {
  verified_[static_cast<std::size_t>(piece)] = true;
  open_[static_cast<std::size_t>(piece)] = 0;
  begun_.erase(piece);
}

void BlockMap::restore(int piece, std::vector<bool> const& here) {
  for (int number = 0; number < blocks_in(piece); ++number) {
    auto const index = static_cast<std::size_t>(number);
    bool const is = (index < here.size() && here[index]) || padding({piece, number});
    change({piece, number},
           [is](std::uint8_t& state) { state = static_cast<std::uint8_t>((state & asks) | (is ? is_here : 0)); });
  }
}

}  // namespace swarm
