// SPDX-License-Identifier: LGPL-2.1-or-later
// Internal.
#pragma once

#include "swarm/settings.hpp"

#include <string>

namespace swarm {

/// Absolute, without `.`, `..` and a slash at the end.
std::string normal_path(std::string const& path);
/// With folders where none are given. Throws Error(bad_input).
Settings completed(Settings settings);

}  // namespace swarm
