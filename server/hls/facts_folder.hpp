// SPDX-License-Identifier: LGPL-2.1-or-later
// What was learnt of films, on disk: the second time a playlist costs nothing.
#pragma once

#include "hls/facts.hpp"

#include <memory>
#include <string>

namespace hls {

/// Blocks on the disk; a film's functions are called by one thread at a time.
class FactsFolder {
 public:
  /// Empty: keeps nothing.
  explicit FactsFolder(std::string path) : path_(std::move(path)) {}

  /// `film`: "<info hash>/<file index>". nullptr: not kept, damaged, or of another version.
  [[nodiscard]] std::shared_ptr<Facts const> read(std::string const& film) const;
  void write(std::string const& film, Facts const& facts) const;
  /// All films of a torrent.
  void forget(std::string const& info_hash) const;

 private:
  [[nodiscard]] std::string file_of(std::string film) const;

  std::string const path_;
};

}  // namespace hls
