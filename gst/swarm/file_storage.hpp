// SPDX-License-Identifier: LGPL-2.1-or-later
// The bytes of one torrent on disk. std and POSIX only.
#pragma once

#include "swarm/guarded.hpp"
#include "swarm/storage.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <set>
#include <vector>

namespace swarm {

/// Files of a torrent under one folder: sparse, made when they are first written. Every path is checked to lie in
/// the folder.
class FileStorage final : public Storage {
 public:
  /// Throws Error(bad_metadata) if a path could leave the folder.
  FileStorage(std::string folder, Layout layout);
  ~FileStorage() override;

  // Storage
  [[nodiscard]] std::string folder() const override;
  [[nodiscard]] std::string path(int file) const override;
  Failure read(int piece, std::int64_t start, std::span<char> into) const override;
  Failure write(int piece, std::int64_t start, std::span<char const> bytes) override;
  Failure read_file(int file, std::int64_t offset, std::span<char> into) const override;
  [[nodiscard]] bool any_file() const override;
  Failure make_empty_files() override;
  void close_files() override;
  Failure remove_files() override;
  Failure move(std::string const& folder) override;
  Failure rename(int file, std::string const& path) override;

  /// Gives the room of these pieces back: files of which nothing else can be there are deleted, others get holes.
  Failure discard(std::vector<int> const& pieces);

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

  mutable Guarded<State> state_;
};

}  // namespace swarm
