// SPDX-License-Identifier: LGPL-2.1-or-later
// As targets.hpp, of server/hls, which a build without the server doesn't have.
#pragma once

#include "targets.hpp"

namespace fuzz {

/// hls::container_of, read_timeline, to_text, from_text
void timeline(Bytes bytes);

}  // namespace fuzz
