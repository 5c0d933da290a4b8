// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/segment_cache.hpp"

namespace hls {

Content SegmentCache::find(std::string const& key) {
  std::lock_guard lock(mutex_);
  auto const place = places_.find(key);
  if (place == places_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, place->second);
  return place->second->content;
}

bool SegmentCache::has(std::string const& key) const {
  std::lock_guard lock(mutex_);
  return places_.contains(key);
}

void SegmentCache::put(std::string const& key, Content content) {
  std::lock_guard lock(mutex_);
  if (content->size() > max_bytes_ || places_.contains(key)) return;
  bytes_ += content->size();
  entries_.push_front({key, std::move(content)});
  places_[key] = entries_.begin();
  while (bytes_ > max_bytes_) {
    bytes_ -= entries_.back().content->size();
    places_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

void SegmentCache::erase(std::string const& prefix) {
  std::lock_guard lock(mutex_);
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (!entry->key.starts_with(prefix)) {
      ++entry;
      continue;
    }
    bytes_ -= entry->content->size();
    places_.erase(entry->key);
    entry = entries_.erase(entry);
  }
}

std::size_t SegmentCache::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace hls
