// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/sleepers.hpp"

#include "swarm/catalog.hpp"
#include "swarm/error.hpp"
#include "swarm/file_storage.hpp"
#include "swarm/journal.hpp"
#include "swarm/metadata.hpp"
#include "swarm/resume.hpp"
#include "swarm/state_folder.hpp"

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/torrent_info.hpp>

namespace swarm {
namespace {

void fill(SleepingTorrent& torrent, Metadata const& metadata, Remembered const& remembered,
          std::string const& journal) {
  auto const& layout = metadata.layout;
  FileStorage const storage(remembered.save_path + '/' + metadata.hash.key(), layout);
  auto const have = Journal::load(journal, storage).have;
  auto const kept = remembered.keep ? find_file(layout, *remembered.keep) : std::nullopt;
  for (int i = 0; i < layout.file_count(); ++i) {
    auto const& file = layout.file(i);
    if (file.padding) continue;
    std::int64_t done = 0;
    if (!have.empty())
      for (auto const& range : ranges_held(layout, i, [&](int piece) { return have[static_cast<std::size_t>(piece)]; }))
        done += range.size();
    if (!kept || *kept == i) {
      torrent.wanted += file.size;
      torrent.wanted_done += done;
    }
    torrent.files.push_back({i, file.path, file.size, done});
  }
  torrent.hash = metadata.hash;
  torrent.name = metadata.name;
  torrent.folder = storage.folder();
}

}  // namespace

Sleepers::Sleepers(StateFolder const& state, std::vector<std::string> const& keys, std::string download_path)
    : state_folder_(state), download_path_(std::move(download_path)) {
  auto mine = state_.lock();
  for (auto const& key : keys) {
    auto const entry = std::make_shared<SleepingTorrent>();
    entry->hash = *InfoHash::parse(key);
    entry->name = key;
    mine->entries.emplace(key, entry);
  }
  mine->known = mine->entries.empty();
}

std::optional<std::string> Sleepers::find(InfoHash const& hash) const {
  auto state = state_.lock();
  for (auto const& key : {hash.v1_hex(), hash.v2_hex()}) {
    if (state->entries.contains(key)) return key;
    if (auto const found = state->by_v2.find(key); found != state->by_v2.end()) return found->second;
  }
  // A v2 hash that is cut to 20 bytes.
  if (!hash.v1 || hash.v2) return std::nullopt;
  auto const begin = hash.v1_hex();
  if (auto const found = state->entries.lower_bound(begin);
      found != state->entries.end() && found->first.starts_with(begin))
    return found->first;
  if (auto const found = state->by_v2.lower_bound(begin);
      found != state->by_v2.end() && found->first.starts_with(begin))
    return found->second;
  return std::nullopt;
}

std::vector<Sleepers::Entry> Sleepers::all() const {
  auto state = state_.lock();
  std::vector<Entry> all;
  all.reserve(state->entries.size());
  for (auto const& [key, entry] : state->entries) all.push_back(entry);
  return all;
}

std::size_t Sleepers::count() const { return state_.lock()->entries.size(); }
bool Sleepers::known() const { return state_.lock()->known; }

Sleepers::Entry Sleepers::look_at_next() {
  std::lock_guard const one(looking_);
  std::string key;
  {
    auto state = state_.lock();
    auto const next = state->entries.upper_bound(state->looked_until);
    if (next == state->entries.end()) {
      state->known = true;
      return nullptr;
    }
    key = state->looked_until = next->first;
  }
  auto entry = look_at(key);
  auto state = state_.lock();
  if (state->entries.contains(key)) state->put(key, entry);  // else it was woken meanwhile
  return entry;
}

void Sleepers::State::put(std::string const& key, Entry const& entry) {
  entries[key] = entry;
  if (entry->hash.v1 && entry->hash.v2) by_v2.emplace(entry->hash.v2_hex(), key);
}

void Sleepers::add(std::string const& key) {
  auto const entry = look_at(key);
  state_.lock()->put(key, entry);
}

Sleepers::Entry Sleepers::look_at(std::string const& key) const {
  auto const torrent = std::make_shared<SleepingTorrent>();
  torrent->hash = *InfoHash::parse(key);
  torrent->name = key;
  lt::add_torrent_params params;
  Remembered remembered;
  auto const saved = state_folder_.load_resume(key);
  if (!saved || !read_resume(*saved, params, remembered)) return torrent;
  if (!params.name.empty()) torrent->name = params.name;
  if (remembered.save_path.empty()) remembered.save_path = download_path_;
  try {
    if (params.ti) fill(*torrent, *make_metadata(*params.ti), remembered, state_folder_.journal_path(key));
  } catch (Error const&) {
    return torrent;  // whoever wakes it hears why
  }
  torrent->goes_on =
      remembered.keep && !remembered.paused && (torrent->files.empty() || torrent->wanted_done < torrent->wanted);
  return torrent;
}

void Sleepers::erase(std::string const& key) {
  auto state = state_.lock();
  auto const place = state->entries.find(key);
  if (place == state->entries.end()) return;
  state->by_v2.erase(place->second->hash.v2_hex());
  state->entries.erase(place);
}

}  // namespace swarm
