// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "soak/way.hpp"

#include <atomic>
#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

namespace soak {

/// Viewers that take one way: each opens a film, reads, jumps, pauses, leaves, and opens the next, at random.
/// Thread-safe.
class House {
 public:
  House(std::unique_ptr<Way> way, int viewers, unsigned seed, std::chrono::seconds patience);
  ~House();

  /// To be chosen from now on; what had its slot before is forgotten when nobody views it any more.
  void show(Film const& film);
  /// Forgets what can be forgotten; prints the state of what takes long. To be called now and then.
  void tidy();
  /// Everybody leaves, everything is forgotten.
  void empty();
  void fill();
  /// What fails from now on is no failure: the other side is being stopped.
  void end() { ending_ = true; }

  [[nodiscard]] std::vector<std::string> failures() const;
  [[nodiscard]] long viewings() const { return viewings_; }
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }
  /// Viewings that ended because bytes read early were wrong.
  [[nodiscard]] long spoiled() const { return spoiled_; }
  /// Of one read in a viewing, and what it was.
  struct Longest {
    double seconds = 0;
    std::string story;
  };
  [[nodiscard]] Longest longest() const;

 private:
  struct Shelved : std::enable_shared_from_this<Shelved> {
    Film film;
    std::shared_mutex viewed;  ///< shared by viewers, alone by who forgets it
    std::atomic<bool> retired = false;
  };
  /// A read under way.
  struct Read {
    Shelved* shelved = nullptr;  ///< null: none
    bench::Clock::time_point asked;
    std::string story;
    bool told = false;
  };
  void live(unsigned seed, Read& read);
  void view(Shelved& shelved, std::mt19937_64& random, Read& read);
  void watch(bench::Player& player, Shelved& shelved, std::size_t number, bool early, std::mt19937_64& random,
             Read& read);
  /// Who got a wrong byte must be told of it before the film ends.
  void wait_for_word(bench::Player& player, std::int64_t left) const;
  void tell(std::string& story, std::string const& more);
  void tell_long_reads();
  void failed(Film const& film, std::string const& story, std::string const& why);

  std::unique_ptr<Way> way_;
  std::chrono::seconds patience_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::map<int, std::shared_ptr<Shelved>> films_;
  std::vector<std::shared_ptr<Shelved>> retired_;
  std::vector<std::string> failures_;
  Longest longest_;
  std::list<Read> reads_;  ///< one for each viewer
  int viewing_ = 0;
  bool open_ = true;
  bool quit_ = false;
  std::atomic<bool> ending_ = false;
  std::atomic<long> viewings_ = 0;
  std::atomic<long> spoiled_ = 0;
  std::atomic<std::int64_t> bytes_ = 0;
  std::vector<std::thread> viewers_;
};

}  // namespace soak
