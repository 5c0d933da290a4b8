// SPDX-License-Identifier: LGPL-2.1-or-later
// The names of what a film is cut into, as they stand in addresses: "ts.5/v0-a1aac/17.ts". Pure.
#pragma once

#include "hls/clients.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hls {

/// Raised when the packager makes other bytes than before: an address names its bytes for ever.
inline constexpr int packager_version = 6;

/// A track that goes into it, and whether it is coded anew on the way.
struct Part {
  int track = 0;
  bool coded = false;
  friend bool operator==(Part const&, Part const&) = default;
};

/// One media playlist and its segments: a picture with or without its sound, sound, or text.
struct Rendition {
  Packaging packaging = Packaging::ts;
  std::optional<Part> video, sound;
  std::optional<int> text;     ///< a track inside the film
  std::optional<int> sidecar;  ///< a file of the torrent beside the film
  bool key_frames = false;     ///< of the video only: for trick play
  friend bool operator==(Rendition const&, Rendition const&) = default;
};

/// "ts.5", "fmp4.5"
[[nodiscard]] std::string package_name(Packaging packaging);
/// "v0", "v0-a1", "v0h264-a1aac", "a2", "a2aac", "s3", "x5", "i0"
[[nodiscard]] std::string name_of(Rendition const& rendition);
/// nullopt: never made (an older packager's, or nobody's).
[[nodiscard]] std::optional<Rendition> parse_rendition(std::string_view package, std::string_view name);

}  // namespace hls
