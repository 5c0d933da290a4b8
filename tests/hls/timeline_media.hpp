// SPDX-License-Identifier: LGPL-2.1-or-later
// Films of all kinds of index, made with ffmpeg and mkvmerge, kept in the build folder; and what ffprobe says of them.
#pragma once

#include "hls/film.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace support {

/// One of the table in timeline_media.cpp, made if it is not there yet.
[[nodiscard]] std::filesystem::path film(std::string const& name);

/// Key frames of the first film track (or sound) as libavformat reads all of the file: PTS, sorted.
struct Probed {
  std::vector<hls::Time> keys;
  hls::Time end{};                ///< of the last picture
  std::vector<hls::Time> frames;  ///< all of them, in file order
};
/// `time`: "pts", or "dts" where the container has only that.
[[nodiscard]] Probed probe(std::filesystem::path const& path, std::string const& stream = "v:0",
                           std::string const& time = "pts");

}  // namespace support
