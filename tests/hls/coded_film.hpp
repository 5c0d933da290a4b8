// SPDX-License-Identifier: LGPL-2.1-or-later
// Small films of any codecs, and their access units taken out by libavformat: what the writers get from the cutter.
#pragma once

#include "hls/cut.hpp"
#include "hls/segments.hpp"

#include <filesystem>
#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace hls_test {

/// 160 x 90 at 25 frames a second, a tone of 48 kHz. Made by ffmpeg, kept in the build folder by `name`, whose ending
/// decides the container. `video`, `audio`: ffmpeg's options; empty = none. Throws std::runtime_error.
std::filesystem::path coded_film(std::string const& name, std::vector<std::string> const& video,
                                 std::vector<std::string> const& audio, int seconds = 7);

/// One of them, as a test's parameter.
struct CodedFilm {
  char const* name;
  std::vector<std::string> video, audio;
  friend void PrintTo(CodedFilm const& film, std::ostream* to) { *to << film.name; }
};
inline std::vector<std::string> const small_h264{"-c:v", "libx264", "-preset", "superfast", "-bf",
                                                 "3",    "-g",      "25",      "-pix_fmt",  "yuv420p"};

struct LocalFilm {
  std::vector<hls::Samples> samples;  ///< whole tracks, video first
  hls::Timeline timeline;
  std::vector<hls::Segment> segments;

  [[nodiscard]] std::vector<hls::Track> tracks() const;
  /// Segment `index` of all tracks, as Cutter gives it.
  [[nodiscard]] hls::Cut cut(std::size_t index) const;
};
LocalFilm read_film(std::filesystem::path const& path, hls::Time target = std::chrono::seconds(2));

/// What ffmpeg decodes of a stream ("v:0"): time in ticks of 90 kHz -> MD5 of each picture.
std::multimap<std::int64_t, std::string> pictures(std::filesystem::path const& path, std::string const& stream = "v:0");
/// MD5 of all decoded samples of a stream in a row.
std::string sound(std::filesystem::path const& path, std::string const& stream = "a:0");
/// Output of ffprobe with these arguments, and nothing on its stderr.
std::string probe(std::vector<std::string> arguments, std::filesystem::path const& path);

void write(std::filesystem::path const& path, std::vector<hls::Bytes> const& parts);

}  // namespace hls_test
