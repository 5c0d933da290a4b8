// SPDX-License-Identifier: LGPL-2.1-or-later
// Settings with nothing left open. Internal.
#pragma once

#include "swarm/settings.hpp"

#include <string>

namespace swarm {

/// Absolute, without a slash at its end.
std::string normal_path(std::string const& path);

/// Folders that are not given become the usual ones. Throws Error(bad_input) for what can't be.
Settings complete(Settings settings);

}  // namespace swarm
