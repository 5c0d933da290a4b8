// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "support/loopback.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace support {

struct LinkOptions {
  std::int64_t down = 0;               ///< bytes/s from the target to whoever connects, 0 = no limit
  std::int64_t up = 0;                 ///< the other way
  std::chrono::milliseconds delay{0};  ///< one way, both ways
  std::string address;                 ///< empty = one of its own in 127/8
};

/// A TCP relay: a line with a rate and a delay between a peer and its target. All connections share the line. Runs on
/// a thread of its own; thread-safe.
///
///   Link link(swarm[0].endpoint(), {.down = 500 * KiB, .delay = 20ms});
///   session.add(Locator::parse(torrent.magnet({link.endpoint()})));
class Link {
 public:
  explicit Link(Endpoint target, LinkOptions const& options = {});
  Link(Link const&) = delete;
  Link& operator=(Link const&) = delete;
  ~Link();

  /// Where to connect to.
  [[nodiscard]] Endpoint endpoint() const;
  void set_rate(std::int64_t down, std::int64_t up = 0);
  void set_delay(std::chrono::milliseconds delay);
  /// Nothing passes, connections stay.
  void stall(bool on = true);
  /// Resets all connections and refuses new ones, until restore().
  void cut();
  void restore();
  [[nodiscard]] int connections() const;
  /// Bytes that passed from the target, and to it.
  [[nodiscard]] std::int64_t bytes_down() const;
  [[nodiscard]] std::int64_t bytes_up() const;

 private:
  class Relay;
  std::unique_ptr<Relay> relay_;
};

}  // namespace support
