// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace soak {

/// A torrent that soak_swarms shares, as it tells of it in one line.
struct Film {
  int slot = 0;             ///< it takes the place of the one that had this number before
  std::uint64_t seed = 0;   ///< of the payload of the first file; the next one has the next
  std::int64_t size = 0;    ///< of each file
  std::vector<int> files;   ///< their indices in the torrent
  std::string key;          ///< the info hash
  bool lies = false;        ///< some of its peers send wrong bytes
  std::string description;  ///< for those who look for what went wrong
  std::string magnet;

  [[nodiscard]] std::string line() const;
  static std::optional<Film> parse(std::string const& line);
};

}  // namespace soak
