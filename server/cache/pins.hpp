// SPDX-License-Identifier: LGPL-2.1-or-later
// What is pinned, in a file of this node's own: a backend forgets it, or is away while files are given up.
#pragma once

#include <set>
#include <string>

namespace cache {

/// Info hashes; none if there is no such file. Uses the disk.
std::set<std::string> load_pins(std::string const& path);
void save_pins(std::string const& path, std::set<std::string> const& pins);

}  // namespace cache
