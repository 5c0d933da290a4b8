// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "support/child.hpp"
#include "support/loopback.hpp"
#include "support/payload.hpp"
#include "support/temp_dir.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace soak {

/// A torrent that gst-torrent-seed shares.
struct Title {
  /// Its bytes are those of Payload(seed).
  struct File {
    std::string path;  ///< in the torrent's folder on disk
    std::int64_t size = 0;
    std::uint64_t seed = 0;
  };
  std::string key;
  std::string link;  ///< a magnet without peers
  support::Endpoint seeder;
  std::vector<File> files;  ///< by index
};

/// Films, and packs whose files share pieces; each is seeded by a process of its own.
class Shelf {
 public:
  /// Throws std::runtime_error.
  Shelf(std::string seed_program, int films, int packs);

  [[nodiscard]] std::deque<Title> const& titles() const { return titles_; }

 private:
  void share(std::string const& name, std::vector<Title::File> files);

  std::string const program_;
  support::TempDir folder_{"shelf"};
  std::deque<Title> titles_;
  std::deque<support::Child> seeders_;
};

}  // namespace soak
