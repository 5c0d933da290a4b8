// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/segment_folder.hpp"

#include <glib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <vector>

namespace hls {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view ours = "hls-segments-", unfinished = ".part";
constexpr std::size_t checksum_size = 16;
using Checksum = std::array<std::uint8_t, checksum_size>;

/// Against torn files, not against people: the quickest that GLib has.
Checksum checksum(std::uint8_t const* bytes, std::size_t size) {
  g_autoptr(GChecksum) state = g_checksum_new(G_CHECKSUM_MD5);
  g_checksum_update(state, bytes, static_cast<gssize>(size));
  Checksum sum{};
  gsize length = sum.size();
  g_checksum_get_digest(state, sum.data(), &length);
  return sum;
}

}  // namespace

SegmentFolder::SegmentFolder(std::string const& path, std::string const& maker, std::int64_t most)
    : folder_(path.empty() || most <= 0 ? "" : path + "/" + std::string(ours) + maker), most_(most) {}

/// "<hash>/0/ts.5/v0-a1/17.ts" is "<hash>/0,ts.5,v0-a1,17.ts": a folder for each torrent.
std::string SegmentFolder::name_of(std::string const& key) {
  auto name = key;
  std::replace(name.begin() + static_cast<std::ptrdiff_t>(std::min(key.find('/'), key.size() - 1) + 1), name.end(), '/',
               ',');
  return name;
}

void SegmentFolder::open() {
  if (folder_.empty()) return;
  struct Found {
    fs::file_time_type used;
    std::string name;
    std::int64_t size;
  };
  std::vector<Found> found;
  std::error_code error;
  fs::create_directories(folder_, error);
  fs::permissions(folder_, fs::perms::owner_all, error);
  for (fs::directory_iterator other(fs::path(folder_).parent_path(), error), end; !error && other != end;
       other.increment(error))
    if (other->path().filename().string().starts_with(ours) && other->path() != folder_) {
      std::error_code ignored;
      fs::remove_all(other->path(), ignored);
    }
  for (fs::recursive_directory_iterator file(folder_, error), end; !error && file != end; file.increment(error)) {
    std::error_code gone;
    if (!file->is_regular_file(gone)) continue;
    auto const name = file->path().lexically_relative(folder_).string();
    if (name.ends_with(unfinished))
      fs::remove(file->path(), gone);
    else if (auto const size = file->file_size(gone); !gone)
      found.push_back({file->last_write_time(gone), name, static_cast<std::int64_t>(size)});
  }
  std::sort(found.begin(), found.end(), [](auto const& a, auto const& b) { return a.used < b.used; });
  for (auto& file : found) note(std::move(file.name), file.size);
  opened_ = true;
}

bool SegmentFolder::has(std::string const& key) const {
  std::lock_guard lock(mutex_);
  return places_.contains(name_of(key));
}

Content SegmentFolder::find(std::string const& key) {
  auto const name = name_of(key);
  {
    std::lock_guard lock(mutex_);
    auto const place = places_.find(name);
    if (place == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, place->second);
  }
  auto bytes = std::make_shared<Bytes>();
  std::ifstream file(path_of(name), std::ios::binary | std::ios::ate);
  if (auto const size = file.tellg(); size >= static_cast<std::streamoff>(checksum_size)) {
    bytes->resize(static_cast<std::size_t>(size));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(bytes->data()), size);
    Checksum told{};
    auto const length = bytes->size() - told.size();
    std::copy(bytes->begin() + static_cast<std::ptrdiff_t>(length), bytes->end(), told.begin());
    bytes->resize(length);
    if (file && told == checksum(bytes->data(), length)) {
      std::error_code ignored;
      fs::last_write_time(path_of(name), fs::file_time_type::clock::now(), ignored);  // the order after a restart
      return bytes;
    }
  }
  std::lock_guard lock(mutex_);
  if (auto const place = places_.find(name); place != places_.end()) drop(place->second);
  return nullptr;
}

void SegmentFolder::put(std::string const& key, Bytes const& content) {
  auto const size = static_cast<std::int64_t>(content.size() + checksum_size);
  if (!opened_ || size > most_ || has(key)) return;
  auto const name = name_of(key);
  auto const part = path_of(name) + "." + std::to_string(written_++) + std::string(unfinished);
  std::error_code error;
  fs::create_directories(fs::path(part).parent_path(), error);
  {
    std::ofstream file(part, std::ios::binary | std::ios::trunc);
    auto const sum = checksum(content.data(), content.size());
    file.write(reinterpret_cast<char const*>(content.data()), static_cast<std::streamsize>(content.size()));
    file.write(reinterpret_cast<char const*>(sum.data()), sum.size());
    file.close();
    if (!file) error = std::make_error_code(std::errc::io_error);
  }
  if (!error) fs::rename(part, path_of(name), error);
  if (!error) return note(name, size);
  g_info("A segment can't be kept on disk: %s", error.message().c_str());
  fs::remove(part, error);
}

void SegmentFolder::note(std::string name, std::int64_t size) {
  std::lock_guard lock(mutex_);
  if (places_.contains(name)) return;
  bytes_ += size;
  entries_.push_front({std::move(name), size});
  places_[entries_.front().name] = entries_.begin();
  while (bytes_ > most_) drop(std::prev(entries_.end()));
}

void SegmentFolder::drop(Entries::iterator entry) {
  std::error_code ignored;
  fs::remove(path_of(entry->name), ignored);
  bytes_ -= entry->size;
  places_.erase(entry->name);
  entries_.erase(entry);
}

void SegmentFolder::forget(std::string const& info_hash) {
  if (folder_.empty()) return;
  std::lock_guard lock(mutex_);
  for (auto entry = entries_.begin(); entry != entries_.end();)
    if (auto const here = entry++; here->name.starts_with(info_hash + "/")) drop(here);
  std::error_code ignored;
  fs::remove_all(path_of(info_hash), ignored);
}

}  // namespace hls
