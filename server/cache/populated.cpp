// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cache/populated.hpp"

#include "cache/fresh.hpp"
#include "swarm/types.hpp"

#include <glib.h>

#include <algorithm>
#include <tuple>

namespace cache {
namespace {

/// A disk that sleeps wakes in this time; a whole folder takes longer.
constexpr auto one_file = std::chrono::seconds(5), all_files = std::chrono::seconds(20);

template <class Fits>
std::vector<std::string_view> runs(std::string_view text, Fits fits) {
  std::vector<std::string_view> found;
  for (std::size_t at = 0; at < text.size();) {
    auto end = at;
    while (end < text.size() && fits(text[end])) ++end;
    if (end > at) found.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return found;
}

}  // namespace

std::vector<std::string> hashes_in(std::string_view name) {
  std::vector<std::string> keys;
  auto const take = [&](std::string_view run) {
    if (auto const hash = swarm::InfoHash::parse(run)) keys.push_back(hash->key());
  };
  for (auto const run : runs(name, [](char c) { return g_ascii_isxdigit(c); }))
    if (run.size() == 40 || run.size() == 64) take(run);
  for (auto const run : runs(name, [](char c) { return g_ascii_isalnum(c); }))
    if (run.size() == 32) take(run);
  return keys;
}

Populated::Populated(std::vector<std::string> folders, Verdicts verdicts) : verdicts_(std::move(verdicts)) {
  for (auto& folder : folders) folders_.push_back(std::make_unique<PopulatedFolder>(std::move(folder)));
}

Populated::Found Populated::look(std::vector<std::string> const& info_hashes, std::chrono::milliseconds patience) {
  Found found;
  for (auto const& folder : folders_) {
    for (auto& entry : folder->look(info_hashes, patience).value_or(std::vector<PopulatedFolder::Entry>())) {
      // Nothing is written without a new ctime, and nobody can set it back, as copying does with the mtime.
      if (is_fresh(nanoseconds(entry.at.st_ctim))) {
        found.settling = true;
        continue;
      }
      if (entry.at.st_size < least_bytes) continue;
      auto const identity = identity_of(entry.at);
      std::lock_guard lock(mutex_);
      found.files.push_back(
          {entry.info_hash, entry.name, entry.path, identity, verdicts_.of(entry.info_hash, identity)});
    }
  }
  return found;
}

Populated::Found Populated::find(std::vector<std::string> const& info_hashes) {
  if (info_hashes.empty()) return {};
  return find(info_hashes, one_file);
}

Populated::Found Populated::find(std::vector<std::string> const& info_hashes, std::chrono::milliseconds patience) {
  auto found = look(info_hashes, patience);
  auto const rank = [](PopulatedFile const& file) {
    return std::tuple(file.verdict == Verdict::wrong, file.verdict != Verdict::right, -file.identity.size, file.path);
  };
  std::sort(found.files.begin(), found.files.end(), [&](auto const& a, auto const& b) { return rank(a) < rank(b); });
  return found;
}

std::vector<PopulatedFile> Populated::all() { return find({}, all_files).files; }

void Populated::judge(PopulatedFile const& file, Verdict verdict) {
  std::lock_guard lock(mutex_);
  verdicts_.remember(file.info_hash, file.identity, verdict);
}

}  // namespace cache
