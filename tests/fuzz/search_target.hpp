// SPDX-License-Identifier: LGPL-2.1-or-later
// As targets.hpp, of what providers and browsers say to the server.
#pragma once

#include "targets.hpp"

namespace fuzz {

/// search::read_apibay, read_torznab, read_tpb
void search(Bytes bytes);
/// tracker::parse
void signalling(Bytes bytes);

}  // namespace fuzz
