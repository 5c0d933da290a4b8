// SPDX-License-Identifier: LGPL-2.1-or-later
// .torrent files. The one part of the locator that reads a disk. Reentrant.
#pragma once

#include <string>
#include <vector>

namespace swarm {

/// The bytes of a .torrent, not looked at. Throws Error(bad_input, not_found, permission, disk).
std::vector<char> read_metainfo(std::string const& path);

}  // namespace swarm
