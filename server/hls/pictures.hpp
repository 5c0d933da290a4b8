// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures of films for posters and previews: made apart from what viewers wait for, on a few threads of their own.
#pragma once

#include "hls/producer.hpp"

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>

namespace hls {

struct Picture {
  Content jpeg;
  bool settled = true;  ///< false: another one may stand for the film once more of it is here
};

/// The film has sound alone.
struct NoPicture : std::runtime_error {
  NoPicture() : std::runtime_error("This file has sound, but no picture.") {}
};

/// Thread-safe.
class Pictures {
 public:
  struct Limits {
    std::size_t cache_bytes = 8 * 1024 * 1024;
    std::string folder;  ///< where the Producer keeps facts; empty = nowhere
  };
  struct Wanted {
    std::optional<Time> at;  ///< on the film's clock, which begins with 0; none: one that shows what film it is
    int width = 320;
    bool waits = false;  ///< the origin's readers wait for the swarm
  };

  explicit Pictures(Limits limits);
  /// All tickets were dropped.
  ~Pictures();
  Pictures(Pictures const&) = delete;
  Pictures& operator=(Pictures const&) = delete;

  /// The key frame at that time or before. `answer` is called once, on any thread. Errors: NoPicture, NotIndexed,
  /// DemuxFailed, swarm::Error; Cancelled, also if too many are waited for.
  [[nodiscard]] Producer::Ticket make(Origin const& origin, Wanted const& wanted, Producer::Answer<Picture> answer);
  /// The torrent is gone, with all its films.
  void forget(std::string const& info_hash);

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace hls
