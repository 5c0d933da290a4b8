// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace http {

/// An address of this machine; `main`: its interface leads out of the network, as that of a router's client does.
struct OwnAddress {
  std::string text;
  bool main = false;
};

/// Those of the interfaces that are up. Reentrant.
std::vector<OwnAddress> own_addresses();
/// Whom a server lets in; local: who has a local_address().
enum class Visitors { all, local };

/// By which of these a TV in the same network, which may come in, reaches a server that is bound to `bound`, an address
/// ("::", "0.0.0.0": all); the likeliest first. IPv6 only where there is no IPv4: fewer TVs have it, and nobody can
/// type it. Pure.
std::vector<std::string> lan_addresses(std::string_view bound, std::vector<OwnAddress> const& own, Visitors visitors);

}  // namespace http
