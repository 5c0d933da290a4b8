// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cache/file.hpp"
#include "swarm/session.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace api {

/// Bytes that a file takes; 0 if there is none.
std::int64_t on_disk(std::string const& path);
/// The one that is downloaded whether it is watched or not; nullopt: none, or there is no such file in the torrent.
std::optional<int> kept_file(swarm::Torrent const& torrent);

/// What is on disk of a torrent's files, by index. A part of a file that is there only because a file beside it has the
/// same piece counts as that one's.
/// nullopt: as it was when it was looked at last, and whole.
using Stock = std::map<int, std::optional<cache::Held>>;

/// Of one that is awake. `known` tells which files were whole when they were looked at last: these are not looked at.
/// `all`: files of which nothing is verified are looked for, too. Touches the disk.
Stock stock_of(swarm::Torrent const& torrent, bool all, std::function<bool(int file)> const& known);

}  // namespace api
