// SPDX-License-Identifier: LGPL-2.1-or-later
// A libtorrent disk that reads from a MadeTorrent and misbehaves as told: no files, no caches, no writing.
#pragma once

#include "support/made_torrent.hpp"

#include <libtorrent/disk_interface.hpp>
#include <libtorrent/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace support {

/// Which blocks go out with a flipped byte.
struct Corruption {
  int every = 0;  ///< every nth block of the torrent, from block `first` on; 0 = none
  int first = 0;
  std::set<int> pieces;  ///< all blocks of these
  [[nodiscard]] bool hits(int piece, int block, int blocks_per_piece) const;
};

/// How a seeder answers requests, and what it has answered. Outlives the disk, so that a seeder can die and come
/// back with its counts. Thread-safe.
class Conduct {
 public:
  void set_corruption(Corruption corruption);
  /// Every block is answered this much later.
  void set_block_delay(std::chrono::milliseconds delay);
  /// Serves this many bytes more, then answers no request until the next call; < 0 = serves all.
  void set_budget(std::int64_t bytes);
  /// Every request, held ones too, fails from now on: libtorrent's session ends only when all have an answer.
  void set_closing(bool closing);

  /// Bytes handed to peers.
  [[nodiscard]] std::int64_t served() const;
  /// How often each block was handed to a peer, by (piece, block).
  [[nodiscard]] std::map<std::pair<int, int>, int> blocks() const;
  /// Requests that wait because the budget is used up.
  [[nodiscard]] std::size_t held() const;

 private:
  friend class SeedDisk;
  struct Answer {
    bool hold = false;
    bool fail = false;
    bool corrupt = false;
    std::chrono::milliseconds delay{0};
  };
  Answer ask(int piece, int block, int blocks_per_piece, int size, std::function<void()> const& retry);
  void retry_held();

  mutable std::mutex mutex_;
  Corruption corruption_;
  std::chrono::milliseconds delay_{0};
  std::int64_t budget_ = -1;
  bool closing_ = false;
  std::int64_t served_ = 0;
  std::map<std::pair<int, int>, int> blocks_;
  std::vector<std::function<void()>> held_;
};

std::unique_ptr<libtorrent::disk_interface> make_seed_disk(libtorrent::io_context& io, MadeTorrent const& torrent,
                                                           std::shared_ptr<Conduct> conduct);

}  // namespace support
