// SPDX-License-Identifier: LGPL-2.1-or-later
// What the packager knows of a film: its tracks and their access units. Values only.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hls {

using Bytes = std::vector<std::uint8_t>;
/// A time on the film's own line: for ISO media after their edit list, for all others as the container writes it (so a
/// transport stream may begin at an hour). May be negative.
using Time = std::chrono::nanoseconds;

enum class Kind { video, audio, text };

enum class Codec {
  unknown,
  // video
  h264,
  h265,
  vp8,
  vp9,
  av1,
  mpeg2,
  mpeg4,
  wmv,
  vc1,
  theora,
  other_video,
  // audio
  aac,
  mp3,
  mp2,
  ac3,
  eac3,
  dts,
  truehd,
  opus,
  vorbis,
  flac,
  alac,
  pcm,
  wma,
  other_audio,
  // text
  plain_text,  ///< UTF-8, perhaps with Pango markup: SubRip in Matroska, tx3g
  ass,
  webvtt,
  other_text,
};
[[nodiscard]] Kind kind_of(Codec codec);
/// As people know it, "H.264": for messages and the API.
[[nodiscard]] char const* name_of(Codec codec);

/// A number of frames in a second.
struct Rate {
  int frames = 0;  ///< 0 = unknown or variable
  int seconds = 1;
  friend bool operator==(Rate const&, Rate const&) = default;
};

struct Track {
  int id = 0;  ///< its place among the film's tracks, as the demuxer tells of them
  Kind kind = Kind::video;
  Codec codec = Codec::unknown;
  /// GStreamer caps, serialized, as they come out of the parser (H.264 as `avc`, HEVC as `hvc1`, AAC raw).
  std::string caps;
  /// avcC, hvcC, av1C, AudioSpecificConfig, OpusHead, fLaC STREAMINFO …; empty where the codec has none.
  Bytes codec_data;

  // video
  int width = 0, height = 0;  ///< as coded
  Rate frame_rate;
  int rotation = 0;                       ///< degrees clockwise to show it upright: 0, 90, 180, 270
  int pixel_width = 1, pixel_height = 1;  ///< pixel aspect ratio
  /// H.273 code points; 2 = unspecified.
  int primaries = 2, transfer = 2, matrix = 2;
  bool full_range = false;

  // audio
  int sample_rate = 0;  ///< Hz
  int channels = 0;
  int frame_samples = 0;  ///< in each access unit, at sample_rate; 0 = not constant
  /// Samples at the start that a decoder makes and nobody should hear (Opus: pre-skip).
  int priming = 0;

  // for the user's choice
  std::string language;  ///< BCP 47; empty = unknown
  std::string title;     ///< empty = none
  bool is_default = false;
  bool forced = false;  ///< subtitles of foreign speech only
  friend bool operator==(Track const&, Track const&) = default;
};

/// The film's pictures; nullptr: sound alone. A track of a codec that nobody films with may be a cover.
[[nodiscard]] Track const* pictures_of(std::vector<Track> const& tracks);

/// One coded picture, frame of sound, or cue.
struct AccessUnit {
  Time pts{};
  Time dts{};
  Time duration{};  ///< 0 = unknown
  bool key = false;
  Bytes data;
  bool timed = true;  ///< the container says when; else PTS is reckoned from what came before
};

}  // namespace hls
