// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "bench/players.hpp"
#include "bench/shared_film.hpp"
#include "soak/film.hpp"
#include "swarm/session.hpp"

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace soak {

/// How viewers get at films. All functions are for any thread, but nobody views a film that is being forgotten or put
/// to rest. They throw std::exception.
class Way {
 public:
  virtual ~Way() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  /// Adds the torrent if it is not there. No wait of the player may be longer than `patience`.
  virtual std::unique_ptr<bench::Player> open(Film const& film, int file, swarm::Verify verify,
                                              std::chrono::seconds patience) = 0;
  /// That it can open films with.
  [[nodiscard]] virtual std::vector<swarm::Verify> modes() const = 0;
  /// A read ended so because bytes that were read early have turned out wrong.
  [[nodiscard]] virtual bool says_wrong(std::exception const& failure) const = 0;
  /// The torrent goes, and all that was downloaded of it.
  virtual void forget(Film const& film) = 0;
  /// Its networking ends, until it is opened again.
  virtual void rest(Film const& film) = 0;
  /// All that can be said of the torrent.
  virtual std::string state(Film const& film) = 0;
};

/// Over HTTP. `server` must outlive it.
std::unique_ptr<Way> through_server(bench::Server& server);
/// By Readers in this process.
std::unique_ptr<Way> by_readers(std::shared_ptr<swarm::Session> session);

}  // namespace soak
