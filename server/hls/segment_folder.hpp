// SPDX-License-Identifier: LGPL-2.1-or-later
// Segments that were made, on disk: they survive a restart. By the same names as in memory.
#pragma once

#include "hls/segment_cache.hpp"

#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

namespace hls {

/// Least recently used goes first. Thread-safe; all but has() block on the disk. A file is believed only if its
/// checksum is right: one that a loss of power has torn is not there.
class SegmentFolder {
 public:
  /// Keeps at most `most` bytes in a folder of its own below `path`; 0, or no path: nothing. `maker`: of all that comes
  /// to other bytes when it changes; what another one made is deleted.
  SegmentFolder(std::string const& path, std::string const& maker, std::int64_t most);

  /// Finds what is there. Nothing is found before.
  void open();
  /// `key`: "<info hash>/…"
  [[nodiscard]] bool has(std::string const& key) const;
  [[nodiscard]] Content find(std::string const& key);
  void put(std::string const& key, Bytes const& content);
  void forget(std::string const& info_hash);

 private:
  struct Entry {
    std::string name;
    std::int64_t size = 0;
  };
  using Entries = std::list<Entry>;

  static std::string name_of(std::string const& key);
  [[nodiscard]] std::string path_of(std::string const& name) const { return folder_ + "/" + name; }
  void drop(Entries::iterator entry);  // under mutex_
  void note(std::string name, std::int64_t size);

  std::string const folder_;
  std::int64_t const most_;
  std::atomic<unsigned> written_ = 0;
  std::atomic<bool> opened_ = false;  ///< what is put before would be taken for what a dead process left
  mutable std::mutex mutex_;
  Entries entries_;  ///< the one used last first
  std::unordered_map<std::string, Entries::iterator> places_;
  std::int64_t bytes_ = 0;
};

}  // namespace hls
