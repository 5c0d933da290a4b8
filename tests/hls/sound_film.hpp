// SPDX-License-Identifier: LGPL-2.1-or-later
// Small sounds in every codec that ffmpeg encodes, made on the spot and kept in the build folder; their frames; what
// they sound like.
#pragma once

#include "hls/cut.hpp"

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

namespace hls_test {

struct SoundRecipe {
  std::string name, extension;
  std::vector<std::string> encoder;  ///< arguments of ffmpeg
  int rate = 48000;
  std::string layout = "stereo";
  int late = 0;  ///< samples before the first one that is heard, at the time of the first frame
  double seconds = 20;
};
inline void PrintTo(SoundRecipe const& recipe, std::ostream* out) { *out << recipe.name; }

/// A sweep, two sines, and a beep of 0.1 s at each full second; a little different in every channel. Throws
/// std::runtime_error with what ffmpeg says.
[[nodiscard]] std::filesystem::path sound_file(SoundRecipe const& recipe);
/// Its first track of sound, as the demuxer tells of it, and all of its frames.
[[nodiscard]] hls::Samples frames_of(std::filesystem::path const& file);
/// What ffmpeg makes of it: one vector a channel.
[[nodiscard]] std::vector<std::vector<float>> heard(std::filesystem::path const& file, int channels);
/// What a player hears of frames of AAC, one after another.
[[nodiscard]] std::vector<std::vector<float>> decode_aac(hls::Samples const& samples);

/// One vector a channel.
using Sound = std::vector<std::vector<float>>;
/// Signal to noise by window of 1024 samples, in dB.
[[nodiscard]] std::vector<double> snr(std::vector<float> const& is, std::vector<float> const& should);
[[nodiscard]] double quantile(std::vector<double> values, double at);
/// Stereo of the channels of the source: the matrix of ITU-R BS.775, as loud as it can be without clipping.
[[nodiscard]] Sound down(Sound const& source);
/// By how many samples `is` is late.
[[nodiscard]] int lag(std::vector<float> const& is, std::vector<float> const& should);

}  // namespace hls_test
