// SPDX-License-Identifier: LGPL-2.1-or-later
// Segments that were made lately, in memory. Several viewers, and one who goes back, get them at once.
#pragma once

#include "hls/film.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace hls {

/// What is sent; shared, never changed.
using Content = std::shared_ptr<Bytes const>;

/// Least recently used goes first. Thread-safe.
class SegmentCache {
 public:
  /// max_bytes: of contents; 0 = keeps nothing.
  explicit SegmentCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  [[nodiscard]] Content find(std::string const& key);
  [[nodiscard]] bool has(std::string const& key) const;
  /// Not kept at all if it is larger than the whole.
  void put(std::string const& key, Content content);
  /// All whose keys begin so.
  void erase(std::string const& prefix);
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Entry {
    std::string key;
    Content content;
  };
  using Entries = std::list<Entry>;

  std::size_t const max_bytes_;
  mutable std::mutex mutex_;
  Entries entries_;  ///< the one used last first
  std::unordered_map<std::string, Entries::iterator> places_;
  std::size_t bytes_ = 0;
};

}  // namespace hls
