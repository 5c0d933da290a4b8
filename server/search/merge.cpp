// SPDX-License-Identifier: LGPL-2.1-or-later
#include "search/merge.hpp"

#include "search/text.hpp"

#include <algorithm>
#include <tuple>

namespace search {
namespace {

/// Of one provider, and of one hit's trackers.
constexpr std::size_t most_hits = 1000, most_trackers = 20;

void add_missing(std::vector<std::string>& to, std::vector<std::string> const& more, std::size_t most) {
  for (auto const& one : more)
    if (to.size() < most && std::ranges::find(to, one) == to.end()) to.push_back(one);
}

template <class T>
void fill(std::optional<T>& to, std::optional<T> const& from) {
  if (!to) to = from;
}

void join(Hit& hit, Hit const& more) {
  if (more.seeders.value_or(-1) > hit.seeders.value_or(-1)) {
    hit.seeders = more.seeders;
    if (more.leechers) hit.leechers = more.leechers;
  }
  if (hit.name.empty() || (more.here && !hit.here)) hit.name = more.name;
  if (!hit.hash.v1) hit.hash.v1 = more.hash.v1;
  if (!hit.hash.v2) hit.hash.v2 = more.hash.v2;
  fill(hit.size, more.size);
  fill(hit.leechers, more.leechers);
  fill(hit.date, more.date);
  if (!hit.category || *hit.category == Category::video) hit.category = more.category ? more.category : hit.category;
  hit.here = hit.here || more.here;
  add_missing(hit.trackers, more.trackers, most_trackers);
  add_missing(hit.providers, more.providers, more.providers.size() + hit.providers.size());
}

}  // namespace

int Merged::add(std::string const& provider, std::vector<Hit> hits) {
  int count = 0;
  if (hits.size() > most_hits) hits.resize(most_hits);
  for (auto& hit : hits) {
    if (!fits(wanted_, hit.category)) continue;
    ++count;
    if (hit.trackers.size() > most_trackers) hit.trackers.resize(most_trackers);
    hit.providers = {provider};
    if (hit.name.empty()) hit.name = hit.hash.key();
    auto const at = place_of(hit.hash);
    if (at == hits_.size())
      hits_.push_back(std::move(hit));
    else
      join(hits_[at], hit);
    for (auto const& key : {hits_[at].hash.v1_hex(), hits_[at].hash.v2_hex()})
      if (!key.empty()) places_.try_emplace(key, at);
  }
  return count;
}

std::size_t Merged::place_of(swarm::InfoHash const& hash) const {
  for (auto const& key : {hash.v1_hex(), hash.v2_hex()})
    if (auto const found = places_.find(key); found != places_.end()) return found->second;
  return hits_.size();
}

std::vector<Hit> Merged::sorted(std::size_t most) const {
  auto sorted = hits_;
  std::ranges::stable_sort(sorted, [](Hit const& a, Hit const& b) {
    return std::tuple(a.here, a.seeders.value_or(-1)) > std::tuple(b.here, b.seeders.value_or(-1));
  });
  if (sorted.size() > most) sorted.resize(most);
  return sorted;
}

Hit const* best_named(std::vector<Hit> const& sorted, std::string const& name) {
  auto const found = std::ranges::find_if(sorted, [&](Hit const& hit) { return has_words(hit.name, name); });
  return found == sorted.end() ? nullptr : &*found;
}

}  // namespace search
