// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "tracker/message.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tracker {

/// Who watches what: the tracker without sockets, clocks and threads. Not thread-safe.
class Swarms {
 public:
  using Clock = std::chrono::steady_clock;
  using Link = std::uint64_t;  ///< a client's connection

  struct Limits {
    std::chrono::seconds interval{120};  ///< between two announces of a peer; who misses two is forgotten
    std::size_t swarms = 20'000;
    std::size_t peers = 2'000;          ///< of a swarm
    std::size_t swarms_of_a_link = 50;  ///< a page has a swarm for each rendition
    /// Messages that a link may send: so many at once, so many a second in the long run.
    double burst = 200, rate = 10;
    int faults = 20;  ///< messages that can't be read, after which a link is closed
  };

  struct Outcome {
    std::vector<std::pair<Link, std::string>> texts;  ///< to be sent, in this order
    std::string close;                                ///< why the link should be closed; empty = it should not
  };

  struct Figures {
    std::size_t swarms = 0, peers = 0, links = 0;
  };

  explicit Swarms(Limits limits, std::uint64_t seed) : limits_(limits), random_(seed) {}

  void opened(Link link, Clock::time_point now) { links_[link] = {limits_.burst, now, {}, 0}; }
  Outcome received(Link from, std::string_view text, Clock::time_point now);
  void closed(Link link);
  /// Forgets peers that have not announced themselves for too long.
  void expire(Clock::time_point now);
  [[nodiscard]] Figures figures() const { return {swarms_.size(), peers_, links_.size()}; }

 private:
  struct Peer {
    Id id;
    Link link = 0;
    bool complete = false;
    Clock::time_point seen;
  };
  /// Peers in no order, so that one at random is found at once.
  struct Swarm {
    std::vector<Peer> peers;
    std::unordered_map<Id, std::size_t> places;
    std::int64_t complete = 0, downloaded = 0;
  };
  struct Client {
    double allowance = 0;
    Clock::time_point refilled;
    std::map<Id, Id> announced;  ///< info hash -> peer id
    int faults = 0;
  };

  void answer(Link from, Announce const& announce, Clock::time_point now, Outcome& outcome);
  void answer(Link from, Scrape const& scrape, Clock::time_point now, Outcome& outcome);
  void enter(Link from, Announce const& announce, Clock::time_point now);
  void leave(Id const& info_hash, Id const& peer, Link link);
  void remove(std::unordered_map<Id, Swarm>::iterator swarm, std::size_t place);
  void offer(Announce const& announce, Outcome& outcome);
  [[nodiscard]] Count count(Id const& info_hash) const;

  Limits const limits_;
  std::mt19937_64 random_;
  std::unordered_map<Id, Swarm> swarms_;
  std::unordered_map<Link, Client> links_;
  std::size_t peers_ = 0;
};

}  // namespace tracker
