// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/early_blocks.hpp"

namespace swarm {
namespace {

enum Mark : std::uint8_t { is_here = 1, is_stored = 2 };

}  // namespace

std::uint8_t& EarlyBlocks::at(std::map<int, Piece>& pieces, int piece, int block) {
  auto& blocks = pieces[piece].blocks;
  auto const index = static_cast<std::size_t>(block);
  if (index >= blocks.size()) blocks.resize(index + 1);
  return blocks[index];
}

void EarlyBlocks::arrived(int piece, int block, bool trusted) {
  auto pieces = pieces_.lock();
  auto& marks = at(*pieces, piece, block);
  if (marks & is_here) return;
  marks = is_here;
  if (!trusted) (*pieces)[piece].trusted = false;
}

void EarlyBlocks::found(int piece) { (*pieces_.lock())[piece].trusted = false; }

void EarlyBlocks::stored(int piece, int block) {
  auto pieces = pieces_.lock();
  if (pieces->contains(piece)) at(*pieces, piece, block) |= is_stored;
}

void EarlyBlocks::forget(int piece) { pieces_.lock()->erase(piece); }

void EarlyBlocks::clear() { pieces_.lock()->clear(); }

bool EarlyBlocks::readable(int piece, int block, Verify verify) const {
  auto pieces = pieces_.lock();
  auto const found = pieces->find(piece);
  auto const index = static_cast<std::size_t>(block);
  return verify != Verify::strict && found != pieces->end() && index < found->second.blocks.size() &&
         found->second.blocks[index] == (is_here | is_stored) && (verify == Verify::fast || found->second.trusted);
}

bool EarlyBlocks::withheld(int piece, int block, Verify verify) const {
  if (readable(piece, block, verify)) return false;
  auto pieces = pieces_.lock();
  auto const found = pieces->find(piece);
  if (found == pieces->end()) return false;
  auto const& [blocks, trusted] = found->second;
  auto const index = static_cast<std::size_t>(block);
  return (verify == Verify::trusted && !trusted) || (index < blocks.size() && (blocks[index] & is_stored));
}

}  // namespace swarm
