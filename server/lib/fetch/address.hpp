// SPDX-License-Identifier: LGPL-2.1-or-later
// Whom a server may be sent to by strangers. Pure; reentrant.
#pragma once

#include <gio/gio.h>

#include <string>

namespace fetch {

/// An address of the Internet at large: not of this machine, of a network behind it, of a group, or of nobody. An IPv6
/// address that stands for an IPv4 one is what that is.
bool is_public(GInetAddress* address);
/// The same of "1.2.3.4", "2a00::1"; false for what is none.
bool is_public(std::string const& address);

}  // namespace fetch
