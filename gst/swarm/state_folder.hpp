// SPDX-License-Identifier: LGPL-2.1-or-later
// What the session remembers on disk between two runs: one folder. std only.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace swarm {

/// Holds the only right to use a folder, among processes and within one, until it is destroyed.
class FolderLock {
 public:
  /// Makes the folder where it is missing. Throws Error(in_use, permission, no_space, disk).
  explicit FolderLock(std::string const& folder);
  ~FolderLock();
  FolderLock(FolderLock const&) = delete;
  FolderLock& operator=(FolderLock const&) = delete;

 private:
  int fd_ = -1;
};

/// `<folder>/session` (DHT and settings of libtorrent) and, a torrent, `torrents/<key>.resume` (metadata, trackers,
/// peers) and `torrents/<key>.journal` (verified pieces). Files are replaced whole, never half. Thread-safe, but for
/// two calls about one file at once.
class StateFolder {
 public:
  /// Makes the folders; an empty name is a memory of nothing. Throws Error(permission, no_space, disk).
  explicit StateFolder(std::string folder);

  [[nodiscard]] std::vector<std::string> keys() const;
  [[nodiscard]] std::optional<std::vector<char>> load_resume(std::string const& key) const;
  void save_resume(std::string const& key, std::span<char const> bytes) const;
  [[nodiscard]] std::string journal_path(std::string const& key) const;
  void forget(std::string const& key) const;

  [[nodiscard]] std::optional<std::vector<char>> load_session() const;
  void save_session(std::span<char const> bytes) const;

 private:
  /// Empty if nothing is remembered.
  [[nodiscard]] std::string path(std::string const& name) const;
  [[nodiscard]] std::string torrent_file(std::string const& key, char const* kind) const;
  std::string folder_;
};

}  // namespace swarm
