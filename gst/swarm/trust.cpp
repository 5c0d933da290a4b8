// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/trust.hpp"

#include <algorithm>

namespace swarm {
namespace {

constexpr Trust::PeerId nobody = -1;
constexpr int more_caution = 8;
constexpr std::int64_t most_caution = 1 << 20;

}  // namespace

void Trust::gave(PeerId peer, int piece) {
  ++givers_[piece][peer];
  records_.try_emplace(peer);
}

void Trust::found(int piece) { givers_[piece].try_emplace(nobody); }

void Trust::verified(int piece) {
  auto const givers = givers_.extract(piece);
  if (givers.empty()) return;
  std::int64_t all = 0;
  for (auto const& [peer, blocks] : givers.mapped()) {
    all += blocks;
    auto const record = records_.find(peer);
    if (record != records_.end()) record->second.blocks += blocks;
  }
  right_ += all;
  for (auto& [peer, record] : records_) record.of_all += all;
}

void Trust::failed(int piece) {
  givers_.erase(piece);
  for (auto& [peer, record] : records_) record = {};
  right_ = 0;
  caution_ = std::min(caution_ * more_caution, most_caution);
}

void Trust::gone(PeerId peer) { records_.erase(peer); }

bool Trust::from_one(int piece) const {
  auto const givers = givers_.find(piece);
  return givers != givers_.end() && givers->second.size() == 1 && !givers->second.contains(nobody);
}

bool Trust::trusts(PeerId peer) const {
  auto const found = records_.find(peer);
  if (found == records_.end()) return false;
  auto const& [blocks, of_all] = found->second;
  return blocks >= blocks_needed * caution_ && of_all >= std::min(right_ / 2, blocks_needed_of_all * caution_);
}

std::int64_t Trust::credit() const { return right_ / (blocks_for_one * caution_); }

}  // namespace swarm
