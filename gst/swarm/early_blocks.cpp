// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/early_blocks.hpp"

namespace swarm {
namespace {

enum Mark : std::uint8_t { is_here = 1, is_trusted = 2, is_stored = 4 };

constexpr std::uint8_t needed(Verify verify) {
  return verify == Verify::trusted ? is_here | is_trusted | is_stored : is_here | is_stored;
}

std::uint8_t& at(std::map<int, std::vector<std::uint8_t>>& pieces, int piece, int block) {
  auto& blocks = pieces[piece];
  auto const index = static_cast<std::size_t>(block);
  if (index >= blocks.size()) blocks.resize(index + 1);
  return blocks[index];
}

}  // namespace

void EarlyBlocks::arrived(int piece, int block, bool trusted) {
  auto pieces = pieces_.lock();
  auto& marks = at(*pieces, piece, block);
  if (!(marks & is_here)) marks = is_here | (trusted ? is_trusted : 0);
}

void EarlyBlocks::stored(int piece, int block) {
  auto pieces = pieces_.lock();
  if (pieces->contains(piece)) at(*pieces, piece, block) |= is_stored;
}

void EarlyBlocks::forget(int piece) { pieces_.lock()->erase(piece); }

std::uint8_t EarlyBlocks::marks(int piece, int block) const {
  auto pieces = pieces_.lock();
  auto const found = pieces->find(piece);
  auto const index = static_cast<std::size_t>(block);
  return found == pieces->end() || index >= found->second.size() ? std::uint8_t{0} : found->second[index];
}

bool EarlyBlocks::readable(int piece, int block, Verify verify) const {
  auto const want = needed(verify);
  return verify != Verify::strict && (marks(piece, block) & want) == want;
}

bool EarlyBlocks::withheld(int piece, int block, Verify verify) const {
  return (marks(piece, block) & is_stored) && !readable(piece, block, verify);
}

}  // namespace swarm
