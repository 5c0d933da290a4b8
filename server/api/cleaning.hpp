// SPDX-License-Identifier: LGPL-2.1-or-later
// Keeps the index in step with the download folder, and the folder within its limits.
#pragma once

#include "cache/eviction.hpp"
#include "cache/index.hpp"
#include "swarm/session.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace api {

/// Looks once a second, and makes room before it is needed: for what the fastest line that was seen brings until the
/// next look but one. Thread-safe; take_stock(), run(), run_if_due() and delete_unpinned() are for the pool: they use
/// the disk.
class Cleaning {
 public:
  struct Settings {
    cache::Limits limits;
    std::chrono::seconds interval{300};  ///< between two runs; 0 = never by itself
  };
  struct Outcome {
    int files = 0;
    std::int64_t bytes = 0;  ///< freed
  };

  /// Since it was made.
  struct Counts {
    std::int64_t hits = 0, misses = 0;  ///< viewers who began with a file that was whole here, or was not
    std::int64_t files = 0, bytes = 0;  ///< given up
  };
  struct Told {
    /// Somebody else kept something of a torrent that is gone now.
    std::function<void(std::string const& info_hash)> gone;
    std::function<void(cache::Key const& key, std::int64_t bytes)> evicted;
  };

  Cleaning(std::shared_ptr<swarm::Session> session, cache::Index& index, Settings const& settings, Told told);

  /// Brings the index what is in the folder. Not thorough: files that were whole are not looked at again.
  void take_stock(bool thorough = false);
  /// Takes stock, and deletes what has to go. nullopt: somebody else is at it.
  std::optional<Outcome> run();
  /// The same if it is time for it, or if the disk's limits are passed.
  void run_if_due();

  /// A viewer begins with a file.
  void opened(swarm::Torrent const& torrent, int file);
  /// Somebody has said that it is not to be downloaded: it waits for no room any more.
  void not_wanted(std::string const& info_hash);
  /// All torrents with their files, but pinned ones; two seconds at most, what is slower goes on by itself.
  void delete_unpinned();
  /// Ends what waits for files to be deleted, for good.
  void cancel() { stop_.request_stop(); }

  [[nodiscard]] Settings settings() const;
  /// In force from now on.
  void set(Settings const& settings);
  /// When run() ended last; nullopt: not yet.
  [[nodiscard]] std::optional<cache::Seconds> last_run() const;
  [[nodiscard]] Counts counts() const;

 private:
  [[nodiscard]] cache::Limits limits_now(std::int64_t on_disk) const;
  [[nodiscard]] std::vector<cache::Candidate> candidates(bool full) const;
  [[nodiscard]] std::map<cache::Key, swarm::FileChoice> waiting() const;
  [[nodiscard]] cache::Clearance clearance();
  void let_go_on(cache::Limits const& limits, std::int64_t bytes);
  bool evict(cache::Key const& key);
  void hold_download(cache::Key const& key);
  void end_download(cache::Key const& key);
  void take_stock_of_sleepers(bool thorough);
  using Done = std::function<void(std::string const& error)>;
  /// Begins something, and waits for what it reports when it is over.
  std::string outcome(std::function<void(Done)> const& begin);

  std::shared_ptr<swarm::Session> const session_;
  cache::Index& index_;
  Told const told_;
  std::stop_source stop_;
  std::mutex running_, stock_;  // one at a time
  std::size_t sleepers_ = 0;    // of which stock was taken
  std::set<cache::Key> held_;   // by those who were awake then
  std::size_t torrents_ = 0;
  std::atomic<std::int64_t> line_ = 0;  ///< bytes/s, the most that was seen
  mutable std::mutex mutex_;            // guards the rest
  Settings settings_;
  std::map<cache::Key, swarm::FileChoice> waiting_;  ///< downloads, for room on the disk
  std::chrono::steady_clock::time_point due_;
  std::optional<cache::Seconds> last_run_;
  Counts counts_;
};

}  // namespace api
