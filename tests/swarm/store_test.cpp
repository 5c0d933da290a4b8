// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/store.hpp"

#include "support/made_torrent.hpp"
#include "swarm/metadata.hpp"
#include "swarm/network.hpp"
#include "swarm/ram_storage.hpp"
#include "swarm/torrent.hpp"
#include "swarm/workers.hpp"

#include <gtest/gtest.h>
#include <libtorrent/disk_interface.hpp>
#include <libtorrent/io_context.hpp>
#include <libtorrent/peer_request.hpp>
#include <libtorrent/torrent_info.hpp>

#include <latch>
#include <string>
#include <vector>

namespace {

/// Keeps the thread that has written a block until all is asked for.
class Owner final : public swarm::StorageOwner {
 public:
  explicit Owner(support::MadeTorrent const& torrent)
      : storage_(std::make_shared<swarm::RamStorage>(swarm::make_metadata(*torrent.info)->layout)) {}
  std::shared_ptr<swarm::Storage> make_storage() override { return storage_; }
  void on_block_stored(int, int) override { asked_.wait(); }
  void on_piece_cleared(int) override {}
  void on_disk_failure(swarm::Error const&, std::chrono::steady_clock::time_point, std::function<void()>) override {}
  void on_disk_recovered() override {}
  bool may_upload(int) const override { return true; }
  void on_storage_released() override {}

  void all_is_asked() { asked_.count_down(); }

 private:
  std::shared_ptr<swarm::Storage> const storage_;
  std::latch asked_{1};
};

// libtorrent gives a hybrid torrent up that has a piece's hashes and not all of its blocks.
TEST(Store, TellsOfABlockBeforeItTellsTheHashOfItsPiece) {
  auto const torrent = support::make_torrent("film.mkv", 16 * support::KiB, 16 * support::KiB);
  auto const owner = std::make_shared<Owner>(torrent);
  lt::io_context io;
  swarm::StoreContext const context{.network = std::make_shared<swarm::Network>(),
                                    .disk = std::make_shared<swarm::Workers>(1),
                                    .hashing = std::make_shared<swarm::Workers>(1),
                                    .owner = [&](std::string const&) { return owner; }};
  auto store = swarm::make_store(io, context);
  std::string const path;
  lt::aux::vector<lt::download_priority_t, lt::file_index_t> const priorities;
  auto holder = store->new_torrent({torrent.info->files(), nullptr, path, {}, priorities, {}}, nullptr);

  std::vector<std::string> told;
  lt::piece_index_t const piece(0);
  std::vector<char> const block(16 * support::KiB);
  store->async_write(holder, {piece, 0, 16 * support::KiB}, block.data(), nullptr,
                     [&](lt::storage_error const&) { told.emplace_back("block"); }, {});
  // So many that the first is answered while the others are still being passed on.
  constexpr std::size_t hashes = 2000;
  for (std::size_t i = 0; i < hashes; ++i)
    store->async_hash(
        holder, piece, {}, lt::disk_interface::v1_hash,
        [&](lt::piece_index_t, lt::sha1_hash const&, lt::storage_error const&) { told.emplace_back("hash"); });
  owner->all_is_asked();
  while (told.size() < 1 + hashes) io.run_one();  // in the order in which they were posted
  EXPECT_EQ(told.front(), "block");

  holder.reset();
  store->abort(true);
  context.disk->finish();
  context.hashing->finish();
}

}  // namespace
