// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the index is kept beside memory, and shared. Each call may block for a disk or a network, for seconds; one at a
// time, on any thread but the main loop's.
#pragma once

#include "cache/file.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace cache {

/// Not to be had now; what() says why, in a sentence for people.
class Unavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What happened in this node since it was told last.
struct Changes {
  bool everything = false;  ///< `files` is all that this node has: what it does not name is gone
  std::map<Key, File> files;
  std::set<Key> erased;
  std::map<Key, std::int64_t> opens;  ///< new ones; not yet in File::opens of what is kept elsewhere
  Lookups lookups;                    ///< new ones
  std::map<std::string, bool> pins;   ///< info hash -> pinned or not any more
  std::set<std::string> pinned;       ///< with `everything`: for a backend that knows nothing of pins, or not any more
};

/// What all nodes together say.
struct Shared {
  std::map<Key, std::int64_t> opens;
  std::set<std::string> pins;
  Lookups lookups;
};

/// Stands among the pins that a backend keeps, always: without it they are lost, not none.
inline constexpr char pins_are_known[] = "known";

class Backend {
 public:
  struct Traits {
    char const* name;
    bool scalable;     ///< several nodes can share it
    bool persistent;   ///< outlives the server
    bool recommended;  ///< for production
  };

  virtual ~Backend() = default;
  [[nodiscard]] virtual Traits traits() const = 0;
  /// What this node had when it was told last. Throws Unavailable.
  virtual std::map<Key, File> load() = 0;
  /// Takes all of the changes or, if it throws Unavailable, none. nullopt: it lost what it had been told, and wants
  /// everything.
  virtual std::optional<Shared> exchange(Changes const& changes) = 0;
  /// Any thread: what waits now, and whatever is asked later, throws Unavailable at once.
  virtual void cancel() {}
  /// Names of the other nodes that have the file complete. Throws Unavailable.
  virtual std::vector<std::string> holders(Key const& key);
};

std::unique_ptr<Backend> memory_backend();
/// Throws nothing: a file that can't be opened is Unavailable later.
std::unique_ptr<Backend> sqlite_backend(std::string const& path);
/// `node`: name of this one, unique among those that share the server. Throws redis::Error for a URL that is none.
std::unique_ptr<Backend> redis_backend(std::string const& url, std::string const& password, std::string const& ca_file,
                                       std::string const& node);

}  // namespace cache
