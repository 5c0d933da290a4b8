// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/room.hpp"

#include "api/app.hpp"
#include "http/errors.hpp"

#include <glib.h>

#include <set>
#include <string>
#include <sys/statvfs.h>

namespace api {
namespace {

/// Bytes of files that nobody reads, wants or pinned.
std::int64_t may_go(App const& app, cache::Key const& wanted) {
  std::set<cache::Key> in_use{wanted};
  for (auto const& torrent : app.session->torrents())
    for (int const file : torrent->files_in_use()) in_use.insert({torrent->key(), file});
  std::int64_t bytes = 0;
  for (auto const& [key, file] : app.index->files())
    if (!in_use.contains(key) && !app.index->pinned(key.info_hash)) bytes += file.held.on_disk;
  return bytes;
}

std::string megabytes(std::int64_t bytes) { return std::to_string(bytes / 1'000'000) + " MB"; }

}  // namespace

bool fits(std::int64_t missing, std::int64_t free, std::int64_t disk, std::int64_t may_go) {
  return missing <= free - disk / 20 + may_go;
}

void check_room(App const& app, swarm::Torrent const& torrent, int file) {
  auto const& settings = app.session->settings();
  if (settings.storage == swarm::StorageKind::ram) return;
  auto const missing = torrent.metadata()->layout.file(file).size - torrent.downloaded(file);
  struct statvfs disk {};
  if (missing == 0 || statvfs(settings.download_path.c_str(), &disk) != 0) return;
  auto const block = static_cast<std::int64_t>(disk.f_frsize);
  auto const free = static_cast<std::int64_t>(disk.f_bavail) * block;
  auto const size = static_cast<std::int64_t>(disk.f_blocks) * block;
  if (fits(missing, free, size, 0) || fits(missing, free, size, may_go(app, {torrent.key(), file}))) return;
  throw http::Failure(http::Fault::disk_too_small, "The file still needs " + megabytes(missing) +
                                                       ", but the server's disk has only " + megabytes(free) +
                                                       " left, of which a twentieth of its size (" +
                                                       megabytes(size / 20) + ") stays free: make room.");
}

}  // namespace api
