// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/loop.hpp"
#include "http/source.hpp"
#include "swarm/torrent.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace api {

struct App;

/// Looks after torrents that nobody asks for: the networking of idle ones ends, failed ones are started again and peers
/// of lonely ones looked for a few times, no more than TORRENT_MAX_ACTIVE are with their swarms, the next part of a
/// series is fetched ahead if nobody else needs the line, and the log tells when a torrent has become known. Looks
/// after the cache: its limits hold, its index is kept, and files that were put there are verified. Thread-bound; its
/// look at the session runs on the pool.
class Upkeep {
 public:
  Upkeep(App& app, std::shared_ptr<http::Loop> loop);
  ~Upkeep() { stop_.request_stop(); }

 private:
  struct Past {
    bool known = false;
    int tries = 0;
    std::chrono::steady_clock::time_point next_try{};
    std::optional<int> ahead;                      ///< file that is fetched before it is asked for
    std::optional<swarm::FileChoice> kept;         ///< instead of this
    std::int64_t done = 0;                         ///< of what is kept
    std::chrono::steady_clock::time_point came{};  ///< more of it, the last time
  };
  using Pasts = std::map<std::string, Past>;
  void look();
  void look_after_cache();
  void look_after_populated();
  static void visit(App const& app, Pasts& pasts);
  static void give_turns(App const& app, Pasts& pasts);
  static void try_again(App const& app, swarm::Torrent& torrent, swarm::TorrentStatus const& status, Past& past);

  App& app_;
  std::shared_ptr<http::Loop> loop_;
  std::shared_ptr<Pasts> pasts_ = std::make_shared<Pasts>();  ///< of one task at a time
  std::shared_ptr<std::atomic<bool>> busy_;
  http::Source timer_;
  std::shared_ptr<std::atomic<bool>> cache_busy_;
  std::shared_ptr<std::atomic<bool>> woken_;  ///< those that are wanted all the time
  http::Source cache_timer_;
  std::stop_source stop_;  ///< of hashing, which may take minutes
  std::shared_ptr<std::atomic<bool>> populated_busy_;
  http::Source populated_timer_;
};

}  // namespace api
