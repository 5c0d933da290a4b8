// SPDX-License-Identifier: LGPL-2.1-or-later
// Swarms whose peers live behind lines of a given rate and round trip.
#pragma once

#include "bench/utp_line.hpp"
#include "support/link.hpp"
#include "support/swarm.hpp"
#include "support/tracker.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bench {

struct Peers {
  int count;
  double mbit;
  int rtt_ms;
};

enum class Transport { tcp, both, utp };

/// What the seeders are like. One seeder for each peer, first to last.
struct SwarmPlan {
  std::string name;
  std::vector<Peers> peers;
  int piece_kib = 1024;
  Transport transport = Transport::tcp;
  bool last_stalls = false;  ///< it takes requests and never answers: its line does not count

  [[nodiscard]] int count() const;
  [[nodiscard]] double rate() const;  ///< bytes/s of all that give
  [[nodiscard]] double rtt() const;   ///< seconds, the shortest
  /// Seconds until so many bytes can be here, one way to the peers and back included.
  [[nodiscard]] double floor(std::int64_t bytes) const { return rtt() + static_cast<double>(bytes) / rate(); }
  [[nodiscard]] std::vector<support::SeederOptions> seeders() const;
};

/// Five peers of 8 Mbit/s, 40 ms away: the swarm of most goals.
SwarmPlan usual_swarm(int piece_kib = 256);

/// Fresh seeders behind fresh lines, for one run: a line's queue belongs to who filled it.
class Lines {
 public:
  /// `tracker`: the magnet names it instead of the peers, and it is behind a line, too.
  Lines(support::MadeTorrent const& torrent, SwarmPlan const& plan, support::Tracker* tracker = nullptr);

  support::Swarm& swarm() { return swarm_; }
  [[nodiscard]] std::string magnet() const;
  support::Link& operator[](std::size_t index) { return *lines_.at(index).tcp; }
  /// Bytes that all of them have carried to the client, the protocol's own included.
  [[nodiscard]] std::int64_t carried() const;
  /// Returns when they carry (next to) nothing any more, or after five seconds.
  void wait_idle() const;

 private:
  struct Line {
    std::unique_ptr<support::Link> tcp;
    std::unique_ptr<UtpLine> utp;
  };
  support::Swarm swarm_;
  std::vector<Line> lines_;
  std::optional<support::Link> to_tracker_;
  std::string announce_url_;
};

}  // namespace bench
