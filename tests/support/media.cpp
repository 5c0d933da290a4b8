// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/media.hpp"

#include "support/made_file.hpp"

#include <array>
#include <string>
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

Arguments arguments_of(MediaSpec const& spec, Recipe const& recipe) {
  Arguments all;
  if (!recipe.video.empty()) append(all, {"-f", "lavfi", "-i", picture(spec)});
  append(all, {"-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=" + std::to_string(spec.seconds)});
  if (!recipe.video.empty()) {
    auto const rate = std::to_string(spec.kbit) + "k";
    append(all, recipe.video);
    append(all, {"-g", std::to_string(spec.gop), "-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", rate});
  }
  append(all, recipe.audio);
  append(all, recipe.muxer);
  return all;
}

/// ffmpeg always interleaves; GStreamer's muxer does it as told.
fs::path interleaved_badly(fs::path const& from) {
  auto const all = std::string("max-size-time=0 max-size-bytes=0 max-size-buffers=0");
  return made_file("interleaved-badly.mp4",
                   {"sh", "-c",
                    "exec gst-launch-1.0 -q filesrc location=" + from.string() +
                        " ! qtdemux name=d  d.video_0 ! queue " + all + " ! h264parse ! m.  d.audio_0 ! queue " + all +
                        " ! aacparse ! m.  mp4mux name=m interleave-time=5000000000 ! filesink location=\"$0\""});
}

}  // namespace

fs::path media_file(MediaSpec const& spec) {
  auto const& recipe = recipe_of(spec.container);
  auto const made = made_by_ffmpeg(std::string(recipe.name) + "." + recipe.extension, arguments_of(spec, recipe));
  return spec.container == Container::mp4_interleaved_badly ? interleaved_badly(made) : made;
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
