// SPDX-License-Identifier: LGPL-2.1-or-later
// The bytes of one torrent on disk. std and POSIX only.
#pragma once

#include "swarm/guarded.hpp"
#include "swarm/layout.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace swarm {

/// Files of a torrent under one folder: sparse, made when they are first written. Every path is checked to lie in
/// the folder. Thread-safe; every function does disk I/O.
class Storage {
 public:
  /// What went wrong, and with which file.
  struct Failure {
    std::error_code code;
    int file = -1;
    explicit operator bool() const { return bool(code); }
  };

  /// Throws Error(bad_metadata) if a path could leave the folder.
  Storage(std::string folder, Layout layout);
  ~Storage();

  [[nodiscard]] Layout const& layout() const { return layout_; }
  [[nodiscard]] std::string folder() const;
  [[nodiscard]] std::string path(int file) const;

  /// Bytes at `start` of the piece. Padding reads as zeros. A file that is too short: std::errc::no_message, code
  /// `too_short()`, which is no disk failure but "not downloaded".
  Failure read(int piece, std::int64_t start, std::span<char> into) const;
  Failure write(int piece, std::int64_t start, std::span<char const> bytes);
  /// Bytes of one file.
  Failure read_file(int file, std::int64_t offset, std::span<char> into) const;

  /// True if any file of the torrent has bytes on disk.
  [[nodiscard]] bool any_file() const;
  /// Makes the files that have no bytes.
  Failure make_empty_files();
  /// Size of the file on disk and its modification time in ns; {-1, 0} if it is not there.
  struct Stamp {
    std::int64_t size = -1;
    std::int64_t modified = 0;
  };
  [[nodiscard]] Stamp stamp(int file) const;
  /// Newest modification time of the files that the piece lies in.
  [[nodiscard]] std::int64_t modified(int piece) const;

  /// fdatasync of what was written since the last call.
  Failure sync();
  [[nodiscard]] std::int64_t unsynced_bytes() const;

  void close_files();
  /// Deletes the torrent's files and the folders that this empties.
  Failure remove_files();
  /// Moves the files that exist to another folder (across file systems too).
  Failure move(std::string const& folder);
  Failure rename(int file, std::string const& path);

  /// "The file ends before these bytes".
  static std::error_code too_short();

 private:
  struct Open;
  struct State {
    std::string folder;
    std::vector<std::string> paths;         // of the files, relative
    std::list<std::shared_ptr<Open>> open;  // most recently used first
    std::set<int> dirty;                    // files written since the last sync
    std::int64_t unsynced = 0;
  };

  std::shared_ptr<Open> open(int file, bool write, std::error_code& error) const;

  Layout layout_;
  mutable Guarded<State> state_;
};

}  // namespace swarm
