// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/stock.hpp"

#include "api/shapes.hpp"
#include "swarm/catalog.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace api {
namespace {

/// No other file has a part of the piece.
bool alone(swarm::Layout const& layout, int file, int piece) {
  return std::ranges::all_of(layout.slices(piece, 0, layout.piece_size(piece)), [&](swarm::Slice const& part) {
    return part.file == file || layout.file(part.file).padding;
  });
}

/// Something of it is here that no other file has.
bool held_for_itself(swarm::Torrent const& torrent, swarm::Layout const& layout, int file) {
  return std::ranges::any_of(torrent.available(file), [&](swarm::ByteRange const& range) {
    auto const pieces = layout.pieces_of(file, range);
    return pieces.last - pieces.first > 2 || alone(layout, file, pieces.first) || alone(layout, file, pieces.last - 1);
  });
}

}  // namespace

std::int64_t on_disk(std::string const& path) {
  struct stat found {};
  if (path.empty() || stat(path.c_str(), &found) != 0) return 0;
  return found.st_blocks * std::int64_t{512};
}

std::optional<int> kept_file(swarm::Torrent const& torrent) {
  auto const metadata = torrent.metadata();
  auto const keep = torrent.keep();
  return metadata && keep ? swarm::find_file(metadata->layout, *keep) : std::nullopt;
}

Stock stock_of(swarm::Torrent const& torrent, bool all, std::function<bool(int file)> const& known) {
  auto const metadata = torrent.metadata();
  if (!metadata) return {};
  auto const& layout = metadata->layout;
  auto const kept = kept_file(torrent);
  auto const read = torrent.files_in_use();
  Stock stock;
  std::vector<std::pair<int, std::int64_t>> parts;
  each_file(torrent, [&](int file, swarm::File const& entry) {
    auto const done = torrent.downloaded(file);
    if (done == 0 && !all) return;
    if (done == entry.size && known(file)) {
      stock[file];
      return;
    }
    auto const bytes = on_disk(torrent.path_on_disk(file));
    if (bytes == 0) return;
    if (file == kept || std::ranges::find(read, file) != read.end() || held_for_itself(torrent, layout, file))
      stock[file] = cache::Held{std::string(swarm::file_name(entry.path)), entry.size, bytes, done == entry.size};
    else
      parts.emplace_back(file, bytes);
  });
  for (auto const& [file, bytes] : parts) {
    auto beside = stock.lower_bound(file);
    if (beside != stock.begin() && (beside == stock.end() || beside->first - file > file - std::prev(beside)->first))
      --beside;
    if (beside != stock.end()) {
      if (beside->second) beside->second->on_disk += bytes;
      continue;
    }
    auto const& entry = layout.file(file);
    stock[file] = cache::Held{std::string(swarm::file_name(entry.path)), entry.size, bytes,
                              torrent.downloaded(file) == entry.size};
  }
  return stock;
}

}  // namespace api
