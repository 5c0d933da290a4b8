// SPDX-License-Identifier: LGPL-2.1-or-later
// Torrents that the state folder knows and nobody wants now. Internal.
#pragma once

#include "swarm/guarded.hpp"
#include "swarm/session.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace swarm {

class StateFolder;

/// First their names alone are known, which takes one look into the folder however many there are; then, one after the
/// other, what their files say. libtorrent never hears of them. Thread-safe.
class Sleepers {
 public:
  using Entry = std::shared_ptr<SleepingTorrent const>;

  Sleepers(StateFolder const& state, std::vector<std::string> const& keys, std::string download_path);

  /// Its key, if it sleeps.
  [[nodiscard]] std::optional<std::string> find(InfoHash const& hash) const;
  /// In order of their keys.
  [[nodiscard]] std::vector<Entry> all() const;
  [[nodiscard]] std::size_t count() const;
  /// All have been looked at.
  [[nodiscard]] bool known() const;

  /// Reads, on disk, what is known of one that is known by its name alone; null if there is none left. To be called
  /// until then.
  Entry look_at_next();
  /// It falls asleep: reads, on disk, what is known of it.
  void add(std::string const& key);
  /// It is awake, or gone.
  void erase(std::string const& key);

 private:
  struct State {
    std::map<std::string, Entry> entries;
    std::map<std::string, std::string> by_v2;  ///< hybrids: v2 hash -> key
    std::string looked_until;                  ///< a key
    bool known = false;

    void put(std::string const& key, Entry const& entry);
  };
  [[nodiscard]] Entry look_at(std::string const& key) const;

  StateFolder const& state_folder_;
  std::string const download_path_;
  std::mutex looking_;  ///< one look at a time: `known` means that none is under way
  Guarded<State> state_;
};

}  // namespace swarm
