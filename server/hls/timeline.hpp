// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a film can be cut: the key frames' times and places, from the container's own index.
#pragma once

#include "hls/byte_source.hpp"
#include "hls/film.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hls {

enum class Container {
  iso,
  fragmented_iso,
  matroska,
  avi,
  flv,
  mpeg_ts,
  mpeg_ps,
  asf,
  ogg,
  mp3,
  adts,
  flac,
  wav,
  ac3,
  other
};
/// "MP4", "Matroska" …
[[nodiscard]] char const* name_of(Container container);

struct KeyFrame {
  Time time{};                ///< its PTS
  std::int64_t position = 0;  ///< a byte of the file at or before it: how much data a stretch holds
  friend bool operator==(KeyFrame const&, KeyFrame const&) = default;
};

/// Text that is shown for longer than some segments.
struct LongCue {
  Time begin{}, end{};
  friend bool operator==(LongCue const&, LongCue const&) = default;
};

struct Timeline {
  enum class Precision {
    exact,    ///< every key frame that segments begin at is in key_frames, to the nanosecond of the container's clock
    nominal,  ///< a grid: the first real key frame at or after its lines is found when a segment is made
    coded,    ///< a grid for what has no remux path: its pictures are coded anew, any line is as good as a key frame
  };
  Container container = Container::other;
  Precision precision = Precision::exact;
  /// Ascending by time, not empty for `exact`. Sound alone: what makes a random access point, about every 2 s.
  /// `nominal`: what the index tells of them though it isn't exact (FLV: DTS), for how much data a stretch holds.
  std::vector<KeyFrame> key_frames;
  Time start{};  ///< of the first picture that can be decoded (or sound)
  Time end{};    ///< where the last picture ends
  Time grid{};   ///< nominal, coded: between two lines, the first at `start`; longer than the longest GOP seen
  /// The largest (i-th PTS in order of time) - (PTS of the i-th picture in the file): DTS = sorted PTS - this.
  /// 0 where the index tells nothing of it.
  Time reorder{};
  bool closed_gops = false;  ///< proved: no picture after a key frame is shown before it
  /// What the demuxer doesn't tell: av1C (hls.md 11), degrees clockwise to show the pictures upright.
  Bytes av1_config;
  int rotation = 0;
  /// Of any track, where the index tells of them; ascending by `begin`.
  std::vector<LongCue> long_cues;
  /// Numbers of tracks, as Demuxer::streams() begin with them: text for foreign speech only. Nor does the demuxer tell.
  std::vector<std::int64_t> forced;
  friend bool operator==(Timeline const&, Timeline const&) = default;
};

/// The film can't be cut. `what` is for the user; `advice` what to do instead.
struct NotIndexed : std::runtime_error {
  enum class Why {
    not_media,    ///< not a film at all, or damaged beyond use
    unsupported,  ///< a container or a shape of it without remux path
    no_index,     ///< can be scanned when all of it is here
  };
  NotIndexed(Why reason, std::string const& what, std::string how)
      : std::runtime_error(what), why(reason), advice(std::move(how)) {}
  Why why;
  std::string advice;
};

/// What the first bytes say. `name` decides only where they say nothing.
[[nodiscard]] Container container_of(ByteSource& source, std::string const& name);

/// Reads the container's index through `source` and nothing else: a small part of a per cent of the film. With
/// `scan`, the whole file where there is no index (all of it has to be here). Deterministic: a function of the file.
/// Throws NotIndexed, Cancelled, swarm::Error.
[[nodiscard]] Timeline read_timeline(ByteSource& source, Container container, bool scan = false);

/// For a cache on disk. What isn't to_text()'s of this version, to the last character, is no timeline.
[[nodiscard]] std::string to_text(Timeline const& timeline);
[[nodiscard]] std::optional<Timeline> from_text(std::string_view text);

}  // namespace hls
