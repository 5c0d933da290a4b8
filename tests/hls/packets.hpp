// SPDX-License-Identifier: LGPL-2.1-or-later
// What libavformat says that a file holds: the judge of what is cut out of it.
#pragma once

#include "hls/timeline.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace hls_test {

struct Packet {
  hls::Time pts{};
  bool has_pts = false;
  bool key = false;
  std::uint64_t content = 0;  ///< see content_of()
};
struct Stream {
  hls::Kind kind = hls::Kind::video;
  hls::Codec codec = hls::Codec::unknown;
  int sample_rate = 0, channels = 0, width = 0, height = 0;
  std::vector<Packet> packets;
};
[[nodiscard]] std::vector<Stream> packets_of(std::filesystem::path const& film);

/// A digest that is the same for any framing: of H.264 and HEVC the slices only, of AAC without ADTS.
[[nodiscard]] std::uint64_t content_of(hls::Codec codec, std::vector<std::uint8_t> const& bytes);

/// An index as read_timeline() would give it, but of a film that was read whole: every key packet of the first video
/// stream (of sound alone: about every two seconds).
[[nodiscard]] hls::Timeline scanned(std::filesystem::path const& film, hls::Container container, hls::Time grid = {});

}  // namespace hls_test
