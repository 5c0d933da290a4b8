// SPDX-License-Identifier: LGPL-2.1-or-later
// Films of all kinds of index, made with ffmpeg and mkvmerge, kept in the build folder; and what ffprobe says of them.
#pragma once

#include "hls/film.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace support {

/// Made by `ffmpeg` with these words behind its inputs: a picture with frame numbers (input 0) and a tone (input 1).
/// The words may name other films of this folder as `@name`. A name that ends in .mkvmerge.mkv is made by mkvmerge.
[[nodiscard]] std::filesystem::path film(std::string const& name, std::string const& words);

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
