// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /api/events: what happens to torrents, as it happens.
#pragma once

#include "http/exchange.hpp"
#include "http/loop.hpp"
#include "http/source.hpp"
#include "swarm/session.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace api {

/// Compares the session with what it was a second ago, as long as somebody listens and a little longer: who comes back
/// then hears what he missed. Thread-bound to the loop but where said otherwise.
class Events : public std::enable_shared_from_this<Events> {
 public:
  Events(std::shared_ptr<swarm::Session> session, std::shared_ptr<http::Loop> loop);

  /// The exchange becomes a listener; `last_id`: of the last event that it heard, else empty.
  void listen(http::Exchange& exchange, std::string const& last_id);
  /// A file was given up. Thread-safe.
  void evicted(std::string const& info_hash, int file, std::int64_t bytes);
  /// Ends all listeners' answers.
  void close();
  /// Somebody listens.
  [[nodiscard]] bool heard();

 private:
  /// What is said of a torrent, and what of it makes events of their own.
  struct Seen {
    std::string text;
    bool known = false, complete = false, failed = false;
  };
  using Picture = std::map<std::string, Seen>;  ///< by key; torrents that are awake
  struct Look {
    Picture torrents;
    std::set<std::string> asleep;  ///< keys; only where they are asked for
  };
  static Look look_at(swarm::Session const& session, bool sleepers);

  void tick();
  void compare(Look&& now);
  void note(std::string_view event, std::string const& data);
  void tell();

  std::shared_ptr<swarm::Session> const session_;
  std::shared_ptr<http::Loop> const loop_;
  std::string const epoch_;  ///< of this process's ids
  std::vector<std::weak_ptr<http::Exchange>> listeners_;
  std::vector<std::pair<std::weak_ptr<http::Exchange>, http::Response>> beginners_;
  http::Source timer_;
  bool looking_ = false, compared_ = false;
  int ticks_ = 0, lonely_ticks_ = 0;
  Picture before_;
  std::set<std::string> asleep_;
  std::int64_t last_ = 0;  ///< number of the last event
  struct Said {
    std::int64_t number;
    std::string text;
  };
  std::deque<Said> said_;
  std::string unsaid_;  ///< what of it no listener was told
};

}  // namespace api
