// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the bytes of one torrent are.
#pragma once

#include "swarm/layout.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <system_error>

namespace swarm {

/// Thread-safe; every function may do disk I/O.
class Storage {
 public:
  /// What went wrong, and with which file.
  struct Failure {
    std::error_code code;
    int file = -1;
    explicit operator bool() const { return bool(code); }
  };

  explicit Storage(Layout layout) : layout_(std::move(layout)) {}
  Storage(Storage const&) = delete;
  Storage& operator=(Storage const&) = delete;
  virtual ~Storage() = default;

  [[nodiscard]] Layout const& layout() const { return layout_; }
  /// For messages; empty path: there is no such file on any disk.
  [[nodiscard]] virtual std::string folder() const = 0;
  [[nodiscard]] virtual std::string path(int file) const = 0;

  /// Bytes at `start` of the piece. Padding reads as zeros. Bytes that were never written: too_short(), which is no
  /// disk failure but "not downloaded".
  virtual Failure read(int piece, std::int64_t start, std::span<char> into) const = 0;
  virtual Failure write(int piece, std::int64_t start, std::span<char const> bytes) = 0;
  /// Bytes of one file.
  virtual Failure read_file(int file, std::int64_t offset, std::span<char> into) const = 0;

  /// True if any bytes of the torrent are there from before.
  [[nodiscard]] virtual bool any_file() const = 0;
  /// Makes the files that have no bytes.
  virtual Failure make_empty_files() = 0;
  virtual void close_files() = 0;
  /// Deletes the torrent's files and the folders that this empties.
  virtual Failure remove_files() = 0;
  /// Moves the files that exist to another folder (across file systems too).
  virtual Failure move(std::string const& folder) = 0;
  virtual Failure rename(int file, std::string const& path) = 0;

  /// "There are no such bytes".
  static std::error_code too_short() { return std::make_error_code(std::errc::no_message_available); }

 private:
  Layout const layout_;
};

}  // namespace swarm
