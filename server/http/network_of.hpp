// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace http {

/// By what a client is counted: its address; of IPv6 the network, since who has one of its addresses has 2^64. Pure.
std::string network_of(std::string const& address);

}  // namespace http
