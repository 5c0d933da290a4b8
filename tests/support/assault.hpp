// SPDX-License-Identifier: LGPL-2.1-or-later
// What a hostile peer says once it has shaken hands: messages of wrong lengths, numbers beyond the end, floods, lies
// about metadata and hashes, noise. Pure; by a random generator.
#pragma once

#include "support/made_torrent.hpp"

#include <random>
#include <span>
#include <string>

namespace support {

struct Assault {
  char const* name;
  std::string (*bytes)(MadeTorrent const& torrent, std::mt19937& random);
};

std::span<Assault const> assaults();

/// The handshake before it, with all that peers may know of extensions (BEP 6, 10, 52).
std::string hostile_handshake(MadeTorrent const& torrent, std::mt19937& random);

}  // namespace support
