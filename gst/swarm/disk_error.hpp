// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "swarm/error.hpp"

#include <string>
#include <system_error>

namespace swarm {

/// The Error for a failed disk operation on a file or folder, with advice. Pure.
Error disk_error(std::error_code code, std::string const& path);

}  // namespace swarm
