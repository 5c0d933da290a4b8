// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/too_late.hpp"

#include "api/app.hpp"
#include "api/opening.hpp"
#include "api/outside_file.hpp"

#include <algorithm>
#include <string>

namespace api {

using http::Failure;
using http::Fault;

Failure too_late(App const& app, swarm::Torrent const& torrent) {
  if (dynamic_cast<OutsideFile const*>(&torrent)) return outside_is_late();
  if (!app.options.p2p) return p2p_is_off(torrent.hash());
  auto const status = torrent.status();
  auto const& trackers = status.trackers;
  auto const failed = std::count_if(trackers.begin(), trackers.end(), [](swarm::TrackerStatus const& tracker) {
    return tracker.state == swarm::TrackerStatus::State::failed;
  });
  if (status.peers == 0 && failed > 0 && failed == static_cast<std::ptrdiff_t>(trackers.size()) &&
      app.session->status().dht_nodes == 0)
    return {Fault::no_tracker, "None of the torrent's " + std::to_string(failed) +
                                   " trackers answers: see GET /api/trackers/check, or add others with \"trackers\"."};
  if (status.peers == 0)
    return {Fault::no_peers, "No peer of this torrent was found in time: is anybody sharing it? Try again later."};
  if (!torrent.metadata())
    return {Fault::metadata_timeout, "No peer gave the torrent's metadata in time: try again in a moment."};
  // Copies of the rarest piece, our own included.
  if (status.availability < 1)
    return {Fault::no_source,
            "Nobody who is connected has all parts of this torrent, and this one did not come in time: "
            "try again when others share it."};
  return {Fault::read_timeout, "No peer gave the bytes needed in time: try again in a moment."};
}

}  // namespace api
