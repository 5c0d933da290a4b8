// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "support/loopback.hpp"
#include "support/temp_dir.hpp"
#include "swarm/session.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace bench {

/// A session of ours that reaches loopback only, in folders of its own.
struct OwnSession {
  OwnSession() {
    swarm::Settings settings;
    settings.download_path = folder / "files";
    settings.state_path = folder / "state";
    settings.listen = support::own_address() + ":0";
    settings.dht = settings.lsd = settings.port_mapping = settings.inject_trackers = false;
    session = swarm::Session::create(settings);
  }
  ~OwnSession() { session->stop(); }

  support::TempDir folder{"bench"};
  std::shared_ptr<swarm::Session> session;
};

/// By `--verify`; empty = what the server uses.
inline swarm::ReaderOptions reader_options(std::string const& verify) {
  for (auto const& [name, mode] : {std::pair("", swarm::Verify::trusted),
                                   {"trusted", swarm::Verify::trusted},
                                   {"fast", swarm::Verify::fast},
                                   {"strict", swarm::Verify::strict}})
    if (verify == name) return {.piece_timeout = std::chrono::seconds(30), .verify = mode};
  throw std::invalid_argument("--verify: no such mode: " + verify);
}

}  // namespace bench
