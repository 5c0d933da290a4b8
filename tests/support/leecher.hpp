// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "support/made_torrent.hpp"
#include "support/temp_dir.hpp"

#include <libtorrent/fwd.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace support {

/// A plain libtorrent client that downloads everything to a folder: the measure that ours is held against. Not
/// thread-safe.
class Leecher {
 public:
  /// Starts at once. Throws std::exception for a magnet that libtorrent refuses.
  explicit Leecher(std::string const& magnet, bool utp = false);
  ~Leecher();

  bool wait_for_metadata(std::chrono::milliseconds timeout = std::chrono::seconds(20));
  /// True when every piece is there and verified.
  bool wait_complete(std::chrono::milliseconds timeout = std::chrono::seconds(60));
  /// Verified pieces now.
  [[nodiscard]] int pieces() const;
  [[nodiscard]] std::int64_t downloaded() const;  ///< payload bytes
  [[nodiscard]] std::int64_t failed() const;      ///< of them in pieces whose hash was wrong
  [[nodiscard]] std::int64_t redundant() const;   ///< of them had already
  /// Waits until everything verified is in the files, too: libtorrent calls a piece verified before it is written.
  void flush() const;
  /// Folder with the torrent's files; flush() first.
  [[nodiscard]] std::filesystem::path const& folder() const { return folder_.path(); }
  /// True if every file that was downloaded equals the torrent's.
  [[nodiscard]] bool same_as(MadeTorrent const& torrent) const;

 private:
  TempDir folder_{"leecher"};
  std::unique_ptr<libtorrent::session> session_;
  std::unique_ptr<libtorrent::torrent_handle> handle_;
};

}  // namespace support
