// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/media.hpp"

#include "support/child.hpp"
#include "support/temp_dir.hpp"

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace fs = std::filesystem;

namespace support {
namespace {

using Arguments = std::vector<std::string>;

constexpr int bits = 16;

struct Recipe {
  char const* name;
  char const* extension;
  Arguments video;  ///< empty = none
  Arguments audio;
  Arguments muxer;
};

Recipe const& recipe_of(Container container) {
  static Arguments const h264{"-c:v", "libx264", "-preset", "superfast", "-pix_fmt", "yuv420p"};
  static Arguments const aac{"-c:a", "aac", "-b:a", "96k"};
  static Arguments const mpeg4{"-c:v", "mpeg4", "-bf", "0"};
  static Arguments const vp8{"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"};
  static Arguments const mp3{"-c:a", "libmp3lame", "-b:a", "96k"};
  static Arguments const vorbis{"-c:a", "libvorbis"};
  static std::array<Recipe, 14> const recipes{{
      {"plain", "mp4", h264, aac, {"-f", "mp4"}},
      {"faststart", "mp4", h264, aac, {"-f", "mp4", "-movflags", "+faststart"}},
      {"fragmented", "mp4", h264, aac, {"-f", "mp4", "-movflags", "+frag_keyframe+empty_moov+default_base_moof"}},
      {"badly-interleaved", "mp4", h264, aac, {"-f", "mp4"}},
      {"plain", "mov", h264, aac, {"-f", "mov"}},
      {"plain", "mkv", h264, aac, {"-f", "matroska"}},
      {"live", "mkv", h264, aac, {"-f", "matroska", "-live", "1"}},
      {"plain", "webm", vp8, vorbis, {"-f", "webm"}},
      {"plain", "avi", mpeg4, mp3, {"-f", "avi"}},
      {"plain", "flv", h264, aac, {"-f", "flv"}},
      {"plain", "ts", h264, aac, {"-f", "mpegts"}},
      {"plain", "mp3", {}, mp3, {"-f", "mp3"}},
      {"plain", "flac", {}, {"-c:a", "flac"}, {"-f", "flac"}},
      {"plain", "ogg", {}, vorbis, {"-f", "ogg"}},
  }};
  return recipes.at(static_cast<std::size_t>(container));
}

void append(Arguments& to, Arguments const& more) { to.insert(to.end(), more.begin(), more.end()); }

/// One column of light or dark per bit of the frame number above, noise below. Sixteen pixels are computed per frame,
/// the rest is scaling.
std::string picture(MediaSpec const& spec) {
  auto const timing = ":r=" + std::to_string(spec.fps) + ":d=" + std::to_string(spec.seconds);
  return "color=c=black:s=16x2" + timing +
         ",format=gray,geq=lum='if(mod(floor(N/pow(2\\,X))\\,2)\\,235\\,16)',scale=320:90:flags=neighbor[bits];"
         "color=c=gray:s=320x90" +
         timing + ",format=gray,noise=alls=60:allf=t[noise];[bits][noise]vstack,format=yuv420p";
}

void run_or_throw(Arguments command) {
  auto const program = command[0];
  if (find_program(program).empty()) throw std::runtime_error(program + " is missing: see examples/packages");
  auto const ran = run(std::move(command), {}, std::chrono::minutes(3));
  if (!ran.ok()) throw std::runtime_error(program + " failed: " + ran.err);
}

void encode(MediaSpec const& spec, Recipe const& recipe, fs::path const& to) {
  Arguments command{"ffmpeg", "-nostdin", "-v", "error", "-y", "-fflags", "+bitexact"};
  if (!recipe.video.empty()) append(command, {"-f", "lavfi", "-i", picture(spec)});
  append(command,
         {"-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=" + std::to_string(spec.seconds)});
  if (!recipe.video.empty()) {
    auto const rate = std::to_string(spec.kbit) + "k";
    append(command, recipe.video);
    append(command,
           {"-g", std::to_string(spec.gop), "-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", rate});
  }
  append(command, recipe.audio);
  append(command, recipe.muxer);
  append(command, {"-flags", "+bitexact", to.string()});
  run_or_throw(std::move(command));
}

/// ffmpeg always interleaves; GStreamer's muxer does it as told.
void interleave_badly(fs::path const& from, fs::path const& to) {
  auto const all = std::string("max-size-time=0 max-size-bytes=0 max-size-buffers=0");
  Arguments command{"gst-launch-1.0", "-q"};
  auto const pipeline = "filesrc location=" + from.string() + " ! qtdemux name=d  d.video_0 ! queue " + all +
                        " ! h264parse ! m.  d.audio_0 ! queue " + all +
                        " ! aacparse ! m.  mp4mux name=m interleave-time=5000000000 ! filesink location=" + to.string();
  for (std::size_t at = 0; at < pipeline.size();) {
    auto const end = std::min(pipeline.find(' ', at), pipeline.size());
    if (end > at) command.push_back(pipeline.substr(at, end - at));
    at = end + 1;
  }
  run_or_throw(std::move(command));
}

}  // namespace

fs::path media_file(MediaSpec const& spec) {
  auto const& recipe = recipe_of(spec.container);
  fs::path const folder = SUPPORT_MEDIA_DIR;
  auto const path =
      folder / (std::string(recipe.name) + "-" + std::to_string(spec.seconds) + "s-" + std::to_string(spec.fps) +
                "fps-" + std::to_string(spec.gop) + "gop-" + std::to_string(spec.kbit) + "k." + recipe.extension);
  if (fs::exists(path)) return path;
  fs::create_directories(folder);
  // Tests run side by side: whoever is done first puts it there whole.
  TempDir work("media");
  fs::path const made = work / std::string("made.") + recipe.extension;
  encode(spec, recipe, made);
  fs::path whole = made;
  if (spec.container == Container::mp4_interleaved_badly) {
    whole = work / "interleaved.mp4";
    interleave_badly(made, whole);
  }
  auto const beside = fs::path(path.string() + "." + std::to_string(getpid()));
  fs::copy_file(whole, beside, fs::copy_options::overwrite_existing);
  fs::rename(beside, path);
  return path;
}

fs::path media_file(Container container, int seconds) {
  return media_file(MediaSpec{.container = container, .seconds = seconds});
}

std::optional<int> frame_number(std::span<std::uint8_t const> luma, std::size_t stride, int width, int height) {
  int number = 0;
  auto const row = static_cast<std::size_t>(height / 4);
  for (int bit = 0; bit < bits; ++bit) {
    auto const column = static_cast<std::size_t>((2 * bit + 1) * width / (2 * bits));
    auto const at = row * stride + column;
    if (at >= luma.size()) return std::nullopt;
    auto const value = luma[at];
    if (value > 90 && value < 165) return std::nullopt;  // neither dark nor light
    if (value >= 165) number |= 1 << bit;
  }
  return number;
}

}  // namespace support
