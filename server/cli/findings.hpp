// SPDX-License-Identifier: LGPL-2.1-or-later
// What keeps peers away: from this machine, or from a server that runs somewhere.
#pragma once

#include "cli/machine.hpp"
#include "cli/remote.hpp"
#include "lib/trackers/check.hpp"
#include "search/search.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace cli {

struct Dht {
  bool on = false;
  int nodes = 0;
};

/// One that was asked.
struct ServerHealth {
  std::string url;
  std::chrono::seconds uptime{};
  std::vector<std::string> reasons;  ///< why it can't do its work
  std::vector<std::string> warnings;
};

struct Findings {
  std::optional<ServerHealth> server;  ///< then its ports and buffers are its own affair
  std::vector<trackers::Check::Row> trackers;
  std::vector<Port> ports;
  Dht dht;
  std::vector<search::Standing> providers;
  std::vector<Buffer> buffers;

  [[nodiscard]] bool tracker_answers() const {
    return std::ranges::any_of(trackers, [](auto const& row) { return row.verdict.answers; });
  }
  /// Peers can be found in some way.
  [[nodiscard]] bool finds_peers() const { return tracker_answers() || dht.nodes > 0; }
  /// A server that runs has the ports: then they work.
  [[nodiscard]] bool ports_work() const {
    if (server) return server->reasons.empty();
    return std::ranges::any_of(ports, [](Port const& port) { return port.open || port.taken; });
  }
  [[nodiscard]] bool providers_work() const {
    return std::ranges::all_of(providers, [](search::Standing const& one) {
      return one.state == search::Standing::State::ok || one.state == search::Standing::State::unused;
    });
  }
  [[nodiscard]] bool ok() const { return finds_peers() && ports_work() && providers_work(); }
};

/// As the server tells; none if the user interrupted. `torrent`: the hash of one that it has; empty = none. Throws
/// std::runtime_error: it does not tell.
std::optional<Findings> of_server(Remote const& remote, std::string const& torrent, std::chrono::seconds patience,
                                  std::stop_token const& stop);

}  // namespace cli
