// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cache/index.hpp"

#include "cache/pins.hpp"

#include <glib.h>

#include <algorithm>
#include <utility>

namespace cache {

Index::Index(std::unique_ptr<Backend> backend, std::string pin_file)
    : backend_(std::move(backend)),
      pin_file_(std::move(pin_file)),
      kept_pins_(load_pins(pin_file_)),
      pins_(kept_pins_) {}

void Index::set(Key const& key, Held const& held, Seconds now) {
  std::lock_guard lock(mutex_);
  auto const [place, is_new] = files_.try_emplace(key, File{held, now});
  if (!is_new && place->second.held == held) return;
  place->second.held = held;
  changes_.erased.erase(key);
  changes_.files[key] = place->second;
}

void Index::erase(Key const& key) {
  std::lock_guard lock(mutex_);
  if (files_.erase(key) == 0) return;
  changes_.files.erase(key);
  changes_.opens.erase(key);
  changes_.erased.insert(key);
}

void Index::opened(Key const& key, Held const& held, Seconds now) {
  std::lock_guard lock(mutex_);
  for (auto* lookups : {&lookups_, &changes_.lookups}) ++(held.complete ? lookups->hits : lookups->misses);
  auto const place = files_.try_emplace(key, File{held}).first;
  changes_.erased.erase(key);
  place->second.last_used = now;
  ++place->second.opens;
  changes_.files[key] = place->second;
  ++changes_.opens[key];
}

void Index::count_hit() {
  std::lock_guard lock(mutex_);
  for (auto* lookups : {&lookups_, &changes_.lookups}) ++lookups->hits;
}

void Index::used(Key const& key, Seconds now) {
  std::lock_guard lock(mutex_);
  auto const place = files_.find(key);
  if (place == files_.end() || place->second.last_used == now) return;
  place->second.last_used = now;
  changes_.files[key] = place->second;
}

void Index::pin(std::string const& info_hash, bool pinned) {
  std::lock_guard lock(mutex_);
  if (pinned)
    pins_.insert(info_hash);
  else
    pins_.erase(info_hash);
  changes_.pins[info_hash] = pinned;
}

std::optional<File> Index::find(Key const& key) const {
  std::lock_guard lock(mutex_);
  auto const place = files_.find(key);
  return place == files_.end() ? std::nullopt : std::optional(place->second);
}

std::map<Key, File> Index::files() const {
  std::lock_guard lock(mutex_);
  return files_;
}

std::int64_t Index::files_of(std::string const& info_hash) const {
  std::lock_guard lock(mutex_);
  auto const begin = files_.lower_bound({info_hash, 0});
  auto const end =
      std::find_if(begin, files_.end(), [&](auto const& entry) { return entry.first.info_hash != info_hash; });
  return std::distance(begin, end);
}

bool Index::pinned(std::string const& info_hash) const {
  std::lock_guard lock(mutex_);
  return pins_.contains(info_hash);
}

Lookups Index::lookups() const {
  std::lock_guard lock(mutex_);
  return lookups_;
}

Index::Sums Index::sums() const {
  std::lock_guard lock(mutex_);
  Sums sums{static_cast<std::int64_t>(files_.size())};
  for (auto const& [key, file] : files_) sums.on_disk += file.held.on_disk;
  return sums;
}

std::string Index::trouble() const {
  std::lock_guard lock(mutex_);
  return trouble_;
}

std::vector<std::string> Index::holders(Key const& key) {
  std::lock_guard lock(exchanging_);
  try {
    return backend_->holders(key);
  } catch (Unavailable const&) {
    return {};
  }
}

void Index::exchange() {
  std::lock_guard lock(exchanging_);
  keep_pins();  // first, for a backend may take its time
  Changes told;
  std::string trouble;
  try {
    if (!loaded_) {
      take_up(backend_->load());
      loaded_ = true;
    }
    for (bool done = false; !done;) {
      told = changes();
      auto const shared = backend_->exchange(told);
      if (shared)
        take_over(*shared);
      else
        take_back(std::move(told));
      done = shared.has_value();
    }
  } catch (Unavailable const& error) {
    trouble = error.what();
    take_back(std::move(told));
  }
  keep_pins();
  std::lock_guard inner(mutex_);
  if (trouble == trouble_) return;
  if (trouble.empty())
    g_message("The cache's index is kept again");
  else
    g_warning("%s", trouble.c_str());
  trouble_ = std::move(trouble);
}

Changes Index::changes() {
  std::lock_guard lock(mutex_);
  if (changes_.everything) {
    changes_.files = files_;
    changes_.pinned = pins_;
  }
  return std::exchange(changes_, {});
}

void Index::keep_pins() {
  std::set<std::string> pins;
  {
    std::lock_guard lock(mutex_);
    pins = pins_;
  }
  if (pin_file_.empty() || pins == kept_pins_) return;
  save_pins(pin_file_, pins);
  kept_pins_ = std::move(pins);
}

/// From an earlier life of this node. What the folder says by now counts more.
void Index::take_up(std::map<Key, File> const& loaded) {
  std::lock_guard lock(mutex_);
  for (auto const& [key, file] : loaded) {
    auto const [place, is_new] = files_.try_emplace(key, file);
    if (!is_new && !changes_.opens.contains(key)) place->second.last_used = file.last_used;
  }
  for (auto const& key : changes_.erased) files_.erase(key);
}

/// What all nodes say, and what happened here meanwhile.
void Index::take_over(Shared const& shared) {
  auto const at = [](auto const& map, Key const& key) {
    auto const place = map.find(key);
    return place == map.end() ? std::int64_t{0} : place->second;
  };
  std::lock_guard lock(mutex_);
  for (auto& [key, file] : files_) file.opens = at(shared.opens, key) + at(changes_.opens, key);
  pins_ = shared.pins;
  for (auto const& [hash, pinned] : changes_.pins)
    if (pinned)
      pins_.insert(hash);
    else
      pins_.erase(hash);
  lookups_ = {shared.lookups.hits + changes_.lookups.hits, shared.lookups.misses + changes_.lookups.misses};
}

/// The backend did not take it: it wants everything next time, and what was counted once more.
void Index::take_back(Changes&& untold) {
  std::lock_guard lock(mutex_);
  changes_.everything = true;
  for (auto const& [key, count] : untold.opens)
    if (files_.contains(key)) changes_.opens[key] += count;
  changes_.lookups.hits += untold.lookups.hits;
  changes_.lookups.misses += untold.lookups.misses;
  changes_.pins.merge(untold.pins);  // what was said later stands
  for (auto const& key : untold.erased)
    if (!files_.contains(key)) changes_.erased.insert(key);
}

}  // namespace cache
