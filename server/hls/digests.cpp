// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/digests.hpp"

#include <glib.h>

#include <array>
#include <memory>

namespace hls {

void Digests::put(std::string const& key, Bytes const& segment) {
  if (most_ == 0 || find(key)) return;
  std::unique_ptr<GChecksum, decltype(&g_checksum_free)> const sum(g_checksum_new(G_CHECKSUM_SHA256), g_checksum_free);
  g_checksum_update(sum.get(), segment.data(), static_cast<gssize>(segment.size()));
  std::array<guint8, 32> bytes{};
  gsize size = bytes.size();
  g_checksum_get_digest(sum.get(), bytes.data(), &size);
  g_autofree char* text = g_base64_encode(bytes.data(), size);
  std::lock_guard lock(mutex_);
  if (places_.contains(key)) return;
  entries_.emplace_front(key, Digest{text, segment.size()});
  places_[key] = entries_.begin();
  if (entries_.size() <= most_) return;
  places_.erase(entries_.back().first);
  entries_.pop_back();
}

std::optional<Digest> Digests::find(std::string const& key) {
  std::lock_guard lock(mutex_);
  auto const place = places_.find(key);
  if (place == places_.end()) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, place->second);
  return place->second->second;
}

void Digests::erase(std::string const& prefix) {
  std::lock_guard lock(mutex_);
  std::erase_if(places_, [&](auto const& place) { return place.first.starts_with(prefix); });
  std::erase_if(entries_, [&](auto const& entry) { return entry.first.starts_with(prefix); });
}

}  // namespace hls
