// SPDX-License-Identifier: LGPL-2.1-or-later
// Films of odd kinds, made on the spot with ffmpeg and kept in the build folder.
#pragma once

#include <filesystem>
#include <string>

namespace hls_test {

/// `name`: of the file, with the muxer's extension; `arguments`: ffmpeg's, between the inputs and the file, divided by
/// spaces. Inputs: 0 a picture that moves, 320 x 180, 25/s; 1 and 2 two tones, 48 kHz; all of `seconds`.
/// Throws std::runtime_error with what ffmpeg says.
[[nodiscard]] std::filesystem::path film(std::string const& name, std::string const& arguments, int seconds = 30);
/// A film made of another one: ffmpeg's arguments behind `-i from`.
[[nodiscard]] std::filesystem::path remade(std::string const& name, std::filesystem::path const& from,
                                           std::string const& arguments);

}  // namespace hls_test
