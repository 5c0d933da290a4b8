// SPDX-License-Identifier: LGPL-2.1-or-later
// Everybody that a benchmark measures, seen alike: a client that opens films, and a player that reads one.
#pragma once

#include "support/payload.hpp"
#include "swarm/reader.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

using namespace std::chrono_literals;
using support::KiB;
using support::MiB;

using Clock = std::chrono::steady_clock;
inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Somebody who plays a film. Used by one thread.
class Player {
 public:
  virtual ~Player() = default;
  /// What comes next is read from here. The bytes are asked for at the latest by the next read().
  virtual void seek(std::int64_t position) = 0;
  /// Waits for some bytes and moves on by as many; never 0. Throws std::exception when none come for long.
  virtual std::size_t read(std::span<std::byte> into) = 0;
};
/// Reads by a Reader of ours. Its read() throws std::runtime_error where the file ends.
std::unique_ptr<Player> player_of(std::unique_ptr<swarm::Reader> reader);

/// A program of its own, or a session in this one, without any film at first. open() is for any thread.
class Client {
 public:
  virtual ~Client() = default;
  /// From the first byte on. A second player of the same magnet shares what is there.
  virtual std::unique_ptr<Player> open(std::string const& magnet, int file = 0) = 0;
};

struct Contestant {
  std::string name;
  std::function<std::unique_ptr<Client>()> start;
  bool ours = false;

  /// Runs it. When a rival fails, that is told, and it is left out of this run; when ours does, it throws.
  void attempt(std::function<void()> const& measure) const;
};

/// Ours first, by the command line: `--server PROGRAM` (else a Reader in this process), `--verify MODE`. Then a stock
/// libtorrent, with uTP or without, then rivals whose node_modules PEERFLIX_MODULES and WEBTORRENT_MODULES name;
/// `--others 0` leaves all of these away.
std::vector<Contestant> contestants(int argc, char** argv, bool utp = false);

/// A player's bytes end before the film does.
struct EndsEarly : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct WrongByte : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// Reads exactly so many bytes from where the player is and compares them with the payload from `position` on. Throws
/// WrongByte at the first wrong one.
void read_checked(Player& player, support::Payload const& film, std::int64_t position, std::int64_t size);

}  // namespace bench
