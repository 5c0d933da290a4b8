// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/metadata_fetch.hpp"

#include <algorithm>
#include <utility>

namespace swarm {

using namespace std::chrono_literals;

constexpr int most_peers = 2;  ///< that the same part is asked of, unless they are
constexpr auto silent = 1s;
constexpr int most_alone = 8;  ///< who give the same size alone, at a time; not counted are
constexpr auto stuck = 3s;

void MetadataFetch::offered(PeerId peer, int size) {
  if (!done_ && size >= 1 && size <= largest_) peers_.try_emplace(peer, Peer{.size = size, .asked = {}});
}

MetadataFetch::Key MetadataFetch::key_of(PeerId id, Peer const& peer) const {
  return {peer.size, spoiled_.contains(peer.size) ? id : everybody};
}

MetadataFetch::Copy& MetadataFetch::begin(Key key, Time now) {
  auto& copy = copies_[key];
  copy.missing = (key.first + part_bytes - 1) / part_bytes;
  copy.parts.resize(static_cast<std::size_t>(copy.missing));
  copy.grew = now;
  for (auto const& [id, peer] : peers_)
    if (key_of(id, peer) == key)
      for (int const part : peer.asked) ++copy.parts[static_cast<std::size_t>(part)].asked;
  return copy;
}

MetadataFetch::Copy* MetadataFetch::copy_for(PeerId id, Peer const& peer, Time now) {
  auto const key = key_of(id, peer);
  if (auto const found = copies_.find(key); found != copies_.end()) return &found->second;
  if (key.second == everybody) return &begin(key, now);
  auto const of_size = std::count_if(copies_.begin(), copies_.end(), [&](auto const& c) {
    return c.first.first == key.first && now - c.second.grew < stuck;
  });
  return peer.refused || of_size >= most_alone ? nullptr : &begin(key, now);
}

void MetadataFetch::drop(Key key) {
  auto const found = copies_.find(key);
  if (found == copies_.end()) return;
  for (auto const& part : found->second.parts) held_ -= static_cast<std::int64_t>(part.bytes.size());
  copies_.erase(found);
}

std::vector<int> MetadataFetch::ask(PeerId id, Time now) {
  std::vector<int> asking;
  auto const found = peers_.find(id);
  if (done_ || found == peers_.end() || found->second.refused) return asking;
  auto& asked = found->second.asked;
  auto* const copy = copy_for(id, found->second, now);
  if (!copy) return asking;
  auto& parts = copy->parts;
  // Rather what nobody was asked for; a second time what may not come; and once more what does not come.
  for (int others = 0; others <= most_peers; ++others)
    for (std::size_t i = 0; i < parts.size() && asked.size() < most_asked; ++i) {
      auto& part = parts[i];
      bool const wanted = others < most_peers ? part.asked == others : now - part.at >= silent;
      if (!part.bytes.empty() || !wanted || !asked.insert(static_cast<int>(i)).second) continue;
      ++part.asked;
      part.at = now;
      asking.push_back(static_cast<int>(i));
    }
  return asking;
}

bool MetadataFetch::was_asked(PeerId id, Peer& peer, int part) {
  if (!peer.asked.erase(part)) return false;
  if (auto const copy = copies_.find(key_of(id, peer)); copy != copies_.end())
    --copy->second.parts[static_cast<std::size_t>(part)].asked;
  return true;
}

void MetadataFetch::arrived(PeerId id, int number, std::span<char const> bytes, Time now) {
  auto const found = peers_.find(id);
  if (done_ || found == peers_.end() || found->second.wrong) return;
  auto& peer = found->second;
  was_asked(id, peer, number);
  auto const start = std::int64_t{number} * part_bytes;
  if (number < 0 || start >= peer.size || std::ssize(bytes) != std::min<std::int64_t>(part_bytes, peer.size - start))
    return;
  auto* const copy = copy_for(id, peer, now);
  if (!copy) return;
  auto& part = copy->parts[static_cast<std::size_t>(number)];
  if (!part.bytes.empty()) return;
  part.bytes.assign(bytes.begin(), bytes.end());
  part.from = id;
  copy->grew = now;
  held_ += std::ssize(bytes);
  auto const key = key_of(id, peer);
  if (--copy->missing == 0) return finish(key, now);
  if (held_ <= 2 * std::int64_t{largest_}) return;
  // Liars fill our memory. One of whom more comes all the time is soon found out, or right.
  drop(std::ranges::min_element(copies_, {}, [](auto const& entry) { return entry.second.grew; })->first);
}

void MetadataFetch::finish(Key key, Time now) {
  auto& copy = copies_.at(key);
  std::vector<char> all;
  all.reserve(static_cast<std::size_t>(key.first));
  std::set<PeerId> givers;
  for (auto const& part : copy.parts) {
    all.insert(all.end(), part.bytes.begin(), part.bytes.end());
    givers.insert(part.from);
  }
  if (right_(all)) {
    end();
    all_ = std::move(all);
    return;
  }
  auto const parts = std::move(copy.parts);
  for (auto const& part : parts) held_ -= static_cast<std::int64_t>(part.bytes.size());
  copies_.erase(key);
  if (givers.size() == 1) return refuse(*givers.begin());
  // Somebody has lied, and it can't be told who: what each gave is his own now.
  spoiled_.insert(key.first);
  for (auto const& [id, peer] : peers_) {
    if (!givers.contains(id)) continue;
    auto* const own = copy_for(id, peer, now);
    if (!own) continue;  // it has refused, or there are enough
    for (std::size_t i = 0; i < parts.size(); ++i)
      if (parts[i].from == id) {
        own->parts[i].bytes = parts[i].bytes;
        own->parts[i].from = id;
        --own->missing;
        held_ += static_cast<std::int64_t>(parts[i].bytes.size());
      }
  }
}

void MetadataFetch::refuse(PeerId id) {
  auto const found = peers_.find(id);
  if (found == peers_.end()) return;
  found->second.refused = found->second.wrong = true;
  auto const asked = found->second.asked;
  for (int const part : asked) was_asked(id, found->second, part);
}

void MetadataFetch::rejected(PeerId id, int part) {
  auto const found = peers_.find(id);
  if (found == peers_.end() || !was_asked(id, found->second, part)) return;
  found->second.refused = true;
  if (auto const key = key_of(id, found->second); key.second == id) drop(key);
}

void MetadataFetch::gone(PeerId id) {
  auto const found = peers_.find(id);
  if (found == peers_.end()) return;
  auto const asked = found->second.asked;
  for (int const part : asked) was_asked(id, found->second, part);
  if (auto const key = key_of(id, found->second); key.second == id) drop(key);
  peers_.erase(found);
}

std::optional<std::vector<char>> MetadataFetch::take() {
  if (all_.empty()) return std::nullopt;
  return std::exchange(all_, {});
}

void MetadataFetch::end() {
  done_ = true;
  copies_.clear();
  peers_.clear();
  held_ = 0;
}

}  // namespace swarm
