// SPDX-License-Identifier: LGPL-2.1-or-later
// What the properties of one element say. A value; copied under the element's lock.
#pragma once

#include "swarm/locator.hpp"
#include "swarm/reader.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace plugin {

struct Config {
  std::string uri;
  std::optional<swarm::Locator> locator;  ///< of `uri`, if that is right
  int file_index = -1;
  std::string file_name;
  std::string save_path;
  std::vector<std::string> trackers;
  std::int64_t read_ahead = swarm::ReaderOptions{}.read_ahead;
  std::chrono::milliseconds metadata_timeout = swarm::ReaderOptions{}.metadata_timeout;
  std::chrono::milliseconds piece_timeout = swarm::ReaderOptions{}.piece_timeout;
  swarm::Verify verify = swarm::ReaderOptions{}.verify;
  int download_limit = 0;
  int upload_limit = 0;
  int max_peers = 100;
  bool keep = false;
  bool post_stats = false;

  /// The locator with the properties' trackers added. Throws Error(bad_input) if there is no URI.
  [[nodiscard]] swarm::Locator what() const;
  /// file-name, else file-index, else what the URI says, else the film.
  [[nodiscard]] swarm::FileChoice choice() const;
  [[nodiscard]] swarm::ReaderOptions reader() const { return {read_ahead, metadata_timeout, piece_timeout, verify}; }
};

}  // namespace plugin
