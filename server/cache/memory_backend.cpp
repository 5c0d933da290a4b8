// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cache/backend.hpp"

namespace cache {
namespace {

/// Keeps no files: they are found again in their folder. Who opened them is forgotten with the process.
class MemoryBackend final : public Backend {
 public:
  [[nodiscard]] Traits traits() const override { return {"memory", false, false, false}; }
  std::map<Key, File> load() override { return {}; }
  std::optional<Shared> exchange(Changes const& changes) override {
    for (auto const& [key, count] : changes.opens) shared_.opens[key] += count;
    for (auto const& key : changes.erased) shared_.opens.erase(key);
    if (changes.everything) shared_.pins = changes.pinned;
    for (auto const& [hash, pinned] : changes.pins)
      if (pinned)
        shared_.pins.insert(hash);
      else
        shared_.pins.erase(hash);
    shared_.lookups.hits += changes.lookups.hits;
    shared_.lookups.misses += changes.lookups.misses;
    return shared_;
  }

 private:
  Shared shared_;
};

}  // namespace

std::vector<std::string> Backend::holders(Key const&) { return {}; }
std::unique_ptr<Backend> memory_backend() { return std::make_unique<MemoryBackend>(); }

}  // namespace cache
