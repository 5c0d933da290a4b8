// SPDX-License-Identifier: LGPL-2.1-or-later
// What this machine lets a swarm do. Reentrant.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cli {

/// A port that peers are to reach.
struct Port {
  std::string address;   ///< "0.0.0.0:6881"
  std::string protocol;  ///< "TCP", "UDP"
  bool open = false;     ///< it can be opened
  bool taken = false;    ///< by another program
  std::string message;
};
/// Tries those of TORRENT_LISTEN, one after the other.
std::vector<Port> try_ports(std::string const& listen);

/// The largest buffer of a socket that the kernel allows.
struct Buffer {
  std::string name;  ///< "net.core.rmem_max"
  std::int64_t bytes = 0;
  std::int64_t wanted = 0;
  [[nodiscard]] bool enough() const { return bytes >= wanted; }
  [[nodiscard]] std::string remedy() const { return "sysctl -w " + name + "=" + std::to_string(wanted); }
};
std::vector<Buffer> socket_buffers();

}  // namespace cli
