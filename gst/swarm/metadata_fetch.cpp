// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/metadata_fetch.hpp"

#include <algorithm>

namespace swarm {

constexpr int most_peers = 2;  ///< that the same part is asked of

void MetadataFetch::offered(PeerId peer, int size) {
  if (done_ || size < 1 || size > largest_) return;
  if (bytes_.empty()) {
    bytes_.resize(static_cast<std::size_t>(size));
    parts_.resize(static_cast<std::size_t>((size + part_bytes - 1) / part_bytes));
    missing_ = static_cast<int>(parts_.size());
  }
  if (size == static_cast<int>(bytes_.size())) peers_.try_emplace(peer);
}

std::vector<int> MetadataFetch::ask(PeerId peer) {
  std::vector<int> asking;
  auto const found = peers_.find(peer);
  if (done_ || found == peers_.end() || refused_.contains(peer)) return asking;
  auto& asked = found->second;
  // Rather what nobody was asked for; a second time what may not come.
  for (int others = 0; others < most_peers; ++others)
    for (std::size_t i = 0; i < parts_.size() && asked.size() < most_asked; ++i) {
      auto& part = parts_[i];
      if (part.here || part.asked != others || !asked.insert(static_cast<int>(i)).second) continue;
      ++part.asked;
      asking.push_back(static_cast<int>(i));
    }
  return asking;
}

bool MetadataFetch::drop(PeerId peer, int part) {
  auto const found = peers_.find(peer);
  if (found == peers_.end() || !found->second.erase(part)) return false;
  --parts_[static_cast<std::size_t>(part)].asked;
  return true;
}

void MetadataFetch::arrived(PeerId peer, int part, std::span<char const> bytes) {
  if (done_ || part < 0 || part >= static_cast<int>(parts_.size())) return;
  drop(peer, part);
  auto const start = static_cast<std::size_t>(part) * part_bytes;
  auto const size = std::min<std::size_t>(part_bytes, bytes_.size() - start);
  auto& it = parts_[static_cast<std::size_t>(part)];
  if (it.here || bytes.size() != size) return;
  std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(start));
  it.here = true;
  --missing_;
}

void MetadataFetch::rejected(PeerId peer, int part) {
  if (drop(peer, part)) refused_.insert(peer);
}

void MetadataFetch::gone(PeerId peer) {
  auto const found = peers_.find(peer);
  if (found == peers_.end()) return;
  for (int const part : found->second) --parts_[static_cast<std::size_t>(part)].asked;
  peers_.erase(found);
  refused_.erase(peer);
}

std::optional<std::vector<char>> MetadataFetch::take() {
  if (done_ || bytes_.empty() || missing_ > 0) return std::nullopt;
  done_ = true;
  return std::move(bytes_);
}

}  // namespace swarm
