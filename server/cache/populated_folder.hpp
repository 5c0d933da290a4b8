// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <vector>

struct _GThreadPool;

namespace cache {

/// A folder whose files may name an info hash. One of a network may not answer for hours: its disk is asked on a thread
/// of its own, and nobody waits longer for it than they want. Thread-safe.
class PopulatedFolder {
 public:
  explicit PopulatedFolder(std::string path);
  ~PopulatedFolder();
  PopulatedFolder(PopulatedFolder const&) = delete;
  PopulatedFolder& operator=(PopulatedFolder const&) = delete;

  struct Entry {
    std::string info_hash;  ///< the one in its name
    std::string name, path;
    struct stat at {};
  };
  using Entries = std::optional<std::vector<Entry>>;
  /// Films of these torrents, as they are now; of all torrents if there are none. nullopt: no answer in time, or not
  /// since somebody else waited in vain.
  [[nodiscard]] Entries look(std::vector<std::string> const& info_hashes, std::chrono::milliseconds patience);

 private:
  struct Names;
  struct Question;
  std::shared_ptr<Names> names_;
  _GThreadPool* thread_;
};

}  // namespace cache
