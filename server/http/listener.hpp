// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/lan_addresses.hpp"

#include <gio/gio.h>

#include <cstdint>
#include <string>
#include <vector>

namespace http {

/// Opens the server's socket: `host` empty = all interfaces (IPv6 and IPv4); port 0 = a free one. Its backlog is long:
/// with GSocket's own of 10, clients that come together wait a second each. Transfer full.
/// Throws std::runtime_error: one sentence that says what is wrong and what to do.
GSocket* open_listener(std::string const& host, std::uint16_t port);
std::uint16_t port_of(GSocket* listener);
/// "http://127.0.0.1:7000": an address by which this machine reaches it.
std::string url_of(GSocket* listener, bool tls);
/// The same for others in the network: lan_addresses().
std::vector<std::string> lan_urls_of(GSocket* listener, bool tls, Visitors visitors);

}  // namespace http
