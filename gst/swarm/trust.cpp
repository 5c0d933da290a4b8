// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/trust.hpp"

#include <algorithm>

namespace swarm {
namespace {

constexpr int more_caution = 8;
constexpr std::int64_t most_caution = 1 << 20;

}  // namespace

void Trust::verified(int piece) {
  auto const givers = givers_.extract(piece);
  if (givers.empty()) return;
  for (auto const& [peer, blocks] : givers.mapped()) {
    auto& record = records_[peer];
    ++record.pieces;
    record.blocks += blocks;
  }
}

void Trust::failed(int piece) {
  givers_.erase(piece);
  records_.clear();
  caution_ = std::min(caution_ * more_caution, most_caution);
}

void Trust::gone(PeerId peer) {
  records_.erase(peer);
  for (auto& [piece, givers] : givers_) givers.erase(peer);
}

bool Trust::enough(Record const& record) const {
  return record.pieces >= pieces_needed * caution_ && record.blocks >= blocks_needed * caution_;
}

bool Trust::trusts(PeerId peer) const {
  auto const record = records_.find(peer);
  return record != records_.end() && enough(record->second);
}

bool Trust::anybody() const {
  return std::any_of(records_.begin(), records_.end(), [&](auto const& entry) { return enough(entry.second); });
}

}  // namespace swarm
