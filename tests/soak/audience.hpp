// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "soak/node.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace soak {

/// All that happens at a node: viewers who watch whole films or parts of them, somebody who adds, pins and deletes
/// torrents, peers who fetch the pinned one, and now and then a crowd that takes all connections. Thread-safe.
class Audience {
 public:
  Audience(Node& node, Shelf const& shelf, unsigned seed);
  ~Audience();

  /// Since the last question some viewers waited for bytes all the time, and no crowd was in their way.
  bool wants();
  /// The same of peers.
  bool wanted();
  [[nodiscard]] long viewings() const { return viewings_; }
  /// What nobody may see.
  [[nodiscard]] std::vector<std::string> failures() const;

 private:
  using Random = std::mt19937_64;
  /// How many wait; remembers when they were fewer than needed.
  class Need {
   public:
    explicit Need(int least) : least_(least) {}
    void add(int more) {
      if ((count_ += more) < least_) fell_ = true;
    }
    void spoil() { fell_ = true; }
    bool unbroken() { return !fell_.exchange(count_ < least_) && count_ >= least_; }

   private:
    int const least_;
    std::atomic<int> count_ = 0;
    std::atomic<bool> fell_ = true;
  };

  void start(unsigned seed, std::function<void(Random&)> act);
  void watch(Random& random);
  void manage(Random& random);
  void leech(Random& random);
  void crowd(Random& random);
  Title const& any(Random& random) const;
  int status_of(support::http::Request const& request) const;
  int add(Title const& title, int file) const;
  int pin(Title const& title, bool pinned) const;
  void pause(std::chrono::milliseconds span);
  void failed(std::string const& what);

  Node& node_;
  Shelf const& shelf_;
  Need viewers_{2}, leechers_{1};
  std::atomic<bool> crowded_ = false;
  std::atomic<long> viewings_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable quits_;
  bool quit_ = false;                  ///< guarded by it, and
  std::vector<std::string> failures_;  ///< this
  std::vector<std::thread> threads_;
};

}  // namespace soak
