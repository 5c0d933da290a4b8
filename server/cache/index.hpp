// SPDX-License-Identifier: LGPL-2.1-or-later
// The index of the files in this node's download folder: in memory, so that asking never waits; kept and shared by a
// Backend, to which exchange() brings what changed. A backend that is away costs nobody anything: what it missed is
// brought when it is back.
#pragma once

#include "cache/backend.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace cache {

/// Thread-safe; only exchange() and holders() wait.
class Index {
 public:
  /// `pin_file`: see pins.hpp; empty: none.
  explicit Index(std::unique_ptr<Backend> backend, std::string pin_file = {});

  /// What the folder says of a file. One that is new counts as used now.
  void set(Key const& key, Held const& held, Seconds now);
  /// It is not in the folder any more.
  void erase(Key const& key);
  /// A viewer begins with it: a hit if it is complete, else a miss. Where something is known of it, that stands.
  void opened(Key const& key, Held const& held, Seconds now);
  /// A viewer begins with a file that is complete, but not of the index.
  void count_hit();
  /// A viewer still has it.
  void used(Key const& key, Seconds now);
  void pin(std::string const& info_hash, bool pinned);

  [[nodiscard]] std::optional<File> find(Key const& key) const;
  [[nodiscard]] std::map<Key, File> files() const;
  /// How many files of a torrent there are.
  [[nodiscard]] std::int64_t files_of(std::string const& info_hash) const;
  [[nodiscard]] bool pinned(std::string const& info_hash) const;
  [[nodiscard]] Lookups lookups() const;
  struct Sums {
    std::int64_t files = 0, on_disk = 0;  ///< bytes
  };
  [[nodiscard]] Sums sums() const;

  /// Takes up what the backend knows, the first time, and brings it what changed. Blocks; one call at a time.
  void exchange();
  /// Ends an exchange that is under way, and all later ones.
  void cancel() { backend_->cancel(); }
  /// Why the backend is not to be had; empty if it is.
  [[nodiscard]] std::string trouble() const;
  [[nodiscard]] Backend::Traits traits() const { return backend_->traits(); }
  /// Names of other nodes that have the file complete; none if nobody can tell. Blocks.
  std::vector<std::string> holders(Key const& key);

 private:
  Changes changes();
  void take_up(std::map<Key, File> const& loaded);
  void take_over(Shared const& shared);
  void take_back(Changes&& untold);
  void keep_pins();

  std::unique_ptr<Backend> const backend_;
  std::string const pin_file_;
  std::mutex exchanging_;  // guards backend_, loaded_ and kept_pins_
  bool loaded_ = false;
  std::set<std::string> kept_pins_;  // in their file
  mutable std::mutex mutex_;         // guards the rest
  std::map<Key, File> files_;
  std::set<std::string> pins_;
  Lookups lookups_;
  Changes changes_{.everything = true};
  std::string trouble_;
};

}  // namespace cache
