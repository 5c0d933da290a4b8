// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "bench/shared_film.hpp"
#include "soak/gauge.hpp"
#include "soak/shelf.hpp"
#include "support/link.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <sys/types.h>
#include <utility>

namespace soak {

/// What a node is told to keep.
struct NodeLimits {
  int disk_mb = 64, files = 12;
  int active = 7;  ///< torrents
  int peers = 12, http = 24;
  int down = 3'000'000, up = 500'000;  ///< bytes/s
};

/// A server whose limits are watched from outside: its folder, its sockets, and the lines to its peers. Thread-safe,
/// but for sample() and verdict().
class Node {
 public:
  Node(std::string name, std::string const& program, bench::Server::Environment const& cache, NodeLimits const& limits,
       Shelf const& shelf);

  [[nodiscard]] std::string const& name() const { return name_; }
  [[nodiscard]] NodeLimits const& limits() const { return limits_; }
  [[nodiscard]] support::Endpoint at() const { return server_->at(); }
  [[nodiscard]] support::Endpoint peer_port() const { return listen_; }
  /// By which the node finds the title's seeder.
  [[nodiscard]] std::string magnet(Title const& title) const;
  /// By which others find the node.
  [[nodiscard]] std::string magnet_of_node(Title const& title) const;
  [[nodiscard]] bool gives() const { return to_leechers_->connections() > 0; }

  /// The file is being watched until the last of these is gone.
  class Seat {
   public:
    Seat(Node& node, Title const& title, int file);
    ~Seat();
    Seat(Seat const&) = delete;
    Seat& operator=(Seat const&) = delete;

   private:
    Node& node_;
    std::pair<std::string, std::string> place_;
  };

  /// Were bytes wanted from and by the node since the last time?
  void sample(bool wants, bool wanted);
  /// Prints what was seen; says what is wrong.
  [[nodiscard]] std::string verdict();
  [[nodiscard]] bool running() { return server_->child().running(); }
  [[nodiscard]] std::string log() const { return server_->child().err(); }

 private:
  using Place = std::pair<std::string, std::string>;  ///< key and path of a file
  [[nodiscard]] std::set<Place> watched() const;
  void sample_disk();
  void sample_sockets();
  void sample_torrents();
  [[nodiscard]] std::string torrents() const;

  std::string const name_;
  NodeLimits const limits_;
  support::TempDir folder_{"node"};
  support::Endpoint const listen_;
  std::map<std::string, std::unique_ptr<support::Link>> lines_;  ///< by the title's key
  std::unique_ptr<support::Link> to_leechers_;
  std::unique_ptr<bench::Server> server_;
  mutable std::mutex mutex_;
  std::multiset<Place> seats_;  ///< guarded by it
  CapGauge disk_, files_, active_, peers_, http_;
  RateGauge down_, up_;
  std::set<ino_t> sockets_;  ///< at the last sample
};

}  // namespace soak
