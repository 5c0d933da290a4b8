// SPDX-License-Identifier: LGPL-2.1-or-later
// A swarm on loopback: real libtorrent peers in this process, each with an address and faults of its own.
#pragma once

#include "support/made_torrent.hpp"
#include "support/mischief.hpp"
#include "support/seed_disk.hpp"

#include <libtorrent/fwd.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace support {

struct SeederOptions {
  int upload_limit = 0;  ///< bytes/s, 0 = none
  bool utp = false;      ///< uTP beside TCP
  bool tcp = true;
  std::function<bool(int piece)> has;  ///< empty = everything
  Corruption corrupt;
  std::chrono::milliseconds block_delay{0};
  std::int64_t stall_after = -1;  ///< bytes after which it falls silent (0 = at once); < 0 = never
  Mischief mischief = Mischief::none;
  std::string address;  ///< empty = one of its own in 127/8
};

/// One seeder of one torrent. Not thread-safe; what it does runs on libtorrent's threads.
class Seeder {
 public:
  Seeder(MadeTorrent torrent, SeederOptions options = {});
  Seeder(Seeder const&) = delete;
  Seeder& operator=(Seeder const&) = delete;
  ~Seeder();

  [[nodiscard]] Endpoint endpoint() const { return endpoint_; }
  [[nodiscard]] bool alive() const { return session_ != nullptr; }

  /// Its process is gone: connections end, new ones are refused.
  void kill();
  /// Back at the same address and port.
  void revive();
  /// Keeps its connections but answers no request any more, until resume().
  void stall() { conduct_->set_budget(0); }
  void stall_after(std::int64_t bytes) { conduct_->set_budget(bytes); }
  void resume() { conduct_->set_budget(-1); }
  void set_upload_limit(int bytes_per_second);
  void set_corruption(Corruption corruption) { conduct_->set_corruption(std::move(corruption)); }
  void set_block_delay(std::chrono::milliseconds delay) { conduct_->set_block_delay(delay); }

  /// What it answered, over all its lives.
  [[nodiscard]] Conduct const& conduct() const { return *conduct_; }
  /// Bytes of payload handed to peers, over all its lives.
  [[nodiscard]] std::int64_t uploaded() const { return conduct_->served(); }
  /// Connections to peers now.
  [[nodiscard]] int peers() const;

 private:
  MadeTorrent torrent_;
  SeederOptions options_;
  Endpoint endpoint_;
  std::shared_ptr<Conduct> conduct_;
  std::unique_ptr<libtorrent::session> session_;
};

class Swarm {
 public:
  /// `count` equal seeders.
  explicit Swarm(MadeTorrent torrent, int count = 1, SeederOptions const& options = {});
  Swarm(MadeTorrent torrent, std::vector<SeederOptions> const& seeders);

  [[nodiscard]] MadeTorrent const& torrent() const { return torrent_; }
  [[nodiscard]] std::size_t size() const { return seeders_.size(); }
  Seeder& operator[](std::size_t index) { return *seeders_.at(index); }
  Seeder& add(SeederOptions const& options = {});

  [[nodiscard]] std::vector<Endpoint> endpoints() const;
  /// With x.pe of all seeders.
  [[nodiscard]] std::string magnet() const { return torrent_.magnet(endpoints()); }
  /// Bytes of payload that all seeders have handed to peers: minus what was needed, this is waste.
  [[nodiscard]] std::int64_t uploaded() const;
  /// Most often that any block was handed out, over all seeders: 1 = nothing was sent twice.
  [[nodiscard]] int most_copies() const;
  /// Bytes that were handed out more than once.
  [[nodiscard]] std::int64_t wasted() const;

 private:
  MadeTorrent torrent_;
  std::vector<std::unique_ptr<Seeder>> seeders_;
};

}  // namespace support
