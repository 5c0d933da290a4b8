// SPDX-License-Identifier: LGPL-2.1-or-later
// What the segments were that this process has made: viewers who get one from each other ask for it.
#pragma once

#include "hls/film.hpp"

#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace hls {

struct Digest {
  std::string sha256;  ///< base64
  std::size_t size = 0;
};

/// The one used least lately goes first. Thread-safe.
class Digests {
 public:
  /// `most`: that are remembered; 0: none is ever made.
  explicit Digests(std::size_t most) : most_(most) {}

  /// Takes some ms for each MB.
  void put(std::string const& key, Bytes const& segment);
  [[nodiscard]] std::optional<Digest> find(std::string const& key);
  /// All whose keys begin so.
  void erase(std::string const& prefix);

 private:
  using Entries = std::list<std::pair<std::string, Digest>>;

  std::size_t const most_;
  std::mutex mutex_;
  Entries entries_;  ///< the one used last first
  std::unordered_map<std::string, Entries::iterator> places_;
};

}  // namespace hls
