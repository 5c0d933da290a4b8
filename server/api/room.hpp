// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

namespace swarm {
class Torrent;
}  // namespace swarm

namespace api {

struct App;

/// A film that the disk has no room for must not begin: it would stop in the middle. Throws http::Failure
/// (disk_too_small). What may be given up counts as room. Touches the disk.
void check_room(App const& app, swarm::Torrent const& torrent, int file);

/// Pure: do `missing` bytes fit, if a twentieth of the disk stays free?
bool fits(std::int64_t missing, std::int64_t free, std::int64_t disk, std::int64_t may_go);

}  // namespace api
