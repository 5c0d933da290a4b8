// SPDX-License-Identifier: LGPL-2.1-or-later
// How long packets of Vorbis are: each tells by its own size of block and that of the one before it (Vorbis I 4.3.8).
#pragma once

#include "hls/film.hpp"

#include <memory>
#include <span>

struct AVVorbisParseContext;

namespace hls {

class VorbisLengths {
 public:
  /// With the stream's headers in its caps; where they are damaged, nothing is known.
  explicit VorbisLengths(Track const& track);

  /// Samples that come out of it behind the packet that was asked for last; 0 = not known.
  int samples_in(std::span<std::uint8_t const> packet);
  /// The next packet is another place's.
  void jump();

 private:
  struct Free {
    void operator()(AVVorbisParseContext* parser) const;
  };
  std::unique_ptr<AVVorbisParseContext, Free> parser_;
};

}  // namespace hls
