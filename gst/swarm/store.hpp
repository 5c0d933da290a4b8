// SPDX-License-Identifier: LGPL-2.1-or-later
// libtorrent's disk interface over our Storage. Internal; included by store.cpp and the session only.
#pragma once

#include <libtorrent/fwd.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;  // libtorrent's is an alias of it
}

namespace swarm {

class Error;
class Network;
class Storage;
class Workers;

/// Who a torrent's storage is made for. All calls come on the network thread unless said otherwise.
class StorageOwner {
 public:
  virtual ~StorageOwner() = default;
  /// The metadata are known now: gives the storage, or null if the torrent can't be stored (it has failed then).
  virtual std::shared_ptr<Storage> make_storage() = 0;
  /// A block can be read from the storage now; any thread.
  virtual void on_block_stored(int piece, int start) = 0;
  /// libtorrent has thrown away what it had of a piece that failed, and takes blocks of it again.
  virtual void on_piece_cleared(int piece) = 0;
  /// False: the piece was given up, though libtorrent thinks that it, or some of it, is there. No block of it is
  /// written any more. On the network thread.
  [[nodiscard]] virtual bool may_upload(int piece) const = 0;
  /// The disk refused a write. The block is kept, and peers are slowed down when too many wait; `again`, to be called
  /// on the network thread, tries all of them once more. Empty where there is nothing to try again. `when` it was
  /// refused tells a late word from a new failure.
  virtual void on_disk_failure(Error const& error, std::chrono::steady_clock::time_point when,
                               std::function<void()> again) = 0;
  /// All that had failed is written.
  virtual void on_disk_recovered() = 0;
  /// libtorrent forgot the torrent and the last job on its storage is done; any thread.
  virtual void on_storage_released() = 0;
};

/// What the Store and the session share.
struct StoreContext {
  std::shared_ptr<Network> network;  ///< opened by the Store's constructor
  std::shared_ptr<Workers> disk;     ///< reads and writes
  std::shared_ptr<Workers> hashing;
  /// Finds the owner by the save_path given to libtorrent.
  std::function<std::shared_ptr<StorageOwner>(std::string const& save_path)> owner;
  /// Bytes of blocks that may wait for the disk before libtorrent is told to stop receiving.
  std::int64_t max_queued_bytes = 16 * 1024 * 1024;
};

/// Blocks are readable from the moment that libtorrent hands them over: from memory until they are written, then from
/// the file. A piece is hashed from the file, after its last block was written: so a verified piece is on disk.
std::unique_ptr<libtorrent::disk_interface> make_store(boost::asio::io_context& io, StoreContext context);

}  // namespace swarm
