// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/settings.hpp"

namespace swarm {

std::vector<std::string> Settings::default_trackers() {
  // Public trackers that have been up for years; UDP first, since it answers in one round trip.
  return {
      "udp://tracker.opentrackr.org:1337/announce",
      "udp://open.demonii.com:1337/announce",
      "udp://open.stealth.si:80/announce",
      "udp://exodus.desync.com:6969/announce",
      "udp://tracker.torrent.eu.org:451/announce",
      "udp://explodie.org:6969/announce",
      "udp://tracker.openbittorrent.com:6969/announce",
      "udp://opentracker.i2p.rocks:6969/announce",
      "udp://bt.t-ru.org:2710/announce",
      "http://retracker.local/announce",
  };
}

}  // namespace swarm
