// SPDX-License-Identifier: LGPL-2.1-or-later
// What all libtorrent sessions of the tests have in common; internal to this folder.
#pragma once

#include "support/loopback.hpp"

#include <libtorrent/settings_pack.hpp>

namespace support {

/// Bound to the address both ways; no DHT, LSD, port mapping; silent.
lt::settings_pack loopback_settings(Endpoint const& listen, bool tcp, bool utp);

}  // namespace support
