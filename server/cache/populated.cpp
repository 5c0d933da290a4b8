// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cache/populated.hpp"

#include "swarm/catalog.hpp"
#include "swarm/types.hpp"

#include <glib.h>

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>
#include <tuple>

namespace cache {
namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t nanoseconds(timespec const& time) { return time.tv_sec * second + time.tv_nsec; }
std::int64_t now() { return g_get_real_time() * 1000; }
/// A clock that went back must not make it fresh for ever.
bool is_fresh(std::int64_t time) {
  auto const age = now() - time;
  return age >= 0 && age < Populated::settle_time.count() * second;
}

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
  for (auto& folder : folders) folders_.push_back({.path = std::move(folder)});
}

/// A folder's mtime says whether a name came or went. (No inotify: it does not hear of what others do in a network's
/// folder.)
void Populated::look(Folder& folder) {
  struct stat at {};
  if (stat(folder.path.c_str(), &at) != 0) {
    folder.names.clear();
    folder.changed = -1;
    return;
  }
  auto const changed = nanoseconds(at.st_mtim);
  if (changed == folder.changed && !folder.fresh) return;
  folder.changed = changed;
  folder.fresh = is_fresh(changed);
  folder.names.clear();
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder.path, error), end; !error && entry != end;
       entry.increment(error)) {
    auto const name = entry->path().filename().string();
    if (swarm::media_kind(name) != swarm::MediaKind::video) continue;
    for (auto const& hash : hashes_in(name)) folder.names.emplace(hash, name);
  }
}

void Populated::add(Folder const& folder, std::string const& info_hash, std::string const& name, Found& found) const {
  PopulatedFile file{info_hash, name, folder.path + '/' + name, {}};
  struct stat at {};
  // Not through a link, which may lead anywhere, and no pipe.
  if (lstat(file.path.c_str(), &at) != 0 || !S_ISREG(at.st_mode)) return;
  // Nothing is written without a new ctime, and nobody can set it back, as copying does with the mtime.
  if (is_fresh(nanoseconds(at.st_ctim))) {
    found.settling = true;
    return;
  }
  if (at.st_size < least_bytes) return;
  file.identity = identity_of(at);
  file.verdict = verdicts_.of(info_hash, file.identity);
  found.files.push_back(std::move(file));
}

Populated::Found Populated::find(std::vector<std::string> const& info_hashes) {
  std::lock_guard lock(mutex_);
  Found found;
  for (auto& folder : folders_) {
    look(folder);
    for (auto const& hash : info_hashes) {
      auto const [begin, end] = folder.names.equal_range(hash);
      for (auto name = begin; name != end; ++name) add(folder, hash, name->second, found);
    }
  }
  auto const rank = [](PopulatedFile const& file) {
    return std::tuple(file.verdict == Verdict::wrong, file.verdict != Verdict::right, -file.identity.size, file.path);
  };
  std::sort(found.files.begin(), found.files.end(), [&](auto const& a, auto const& b) { return rank(a) < rank(b); });
  return found;
}

std::vector<PopulatedFile> Populated::all() {
  std::lock_guard lock(mutex_);
  Found found;
  for (auto& folder : folders_) {
    look(folder);
    for (auto const& [hash, name] : folder.names) add(folder, hash, name, found);
  }
  return std::move(found.files);
}

void Populated::judge(PopulatedFile const& file, Verdict verdict) {
  std::lock_guard lock(mutex_);
  verdicts_.remember(file.info_hash, file.identity, verdict);
}

}  // namespace cache
