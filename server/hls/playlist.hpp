// SPDX-License-Identifier: LGPL-2.1-or-later
// Master and media playlists (RFC 8216; I-frame playlists 4.3.3.6). Pure: values -> text.
#pragma once

#include "hls/film.hpp"
#include "hls/segments.hpp"

#include <string>
#include <utility>
#include <vector>

namespace hls {

/// An alternative rendition (EXT-X-MEDIA).
struct Alternative {
  std::string group;            ///< "audio", "subtitles"
  std::string name;             ///< made unique within the group, if it isn't
  std::string language;         ///< BCP 47; empty = unknown
  std::string uri;              ///< relative; empty = within the variant stream itself
  std::string characteristics;  ///< UTIs, with commas between; empty = none
  int channels = 0;
  bool is_default = false, autoselect = true, forced = false;
};
struct Variant {
  std::string uri;
  std::int64_t bandwidth = 0, average_bandwidth = 0;  ///< bits/s; average 0 = not known
  std::vector<std::string> codecs;                    ///< empty names are left out
  int width = 0, height = 0;                          ///< as shown; 0 = sound only
  Rate frame_rate;
  std::string video_range;                ///< empty = leave out
  bool audio = false, subtitles = false;  ///< refers to the groups "audio", "subtitles"
  bool i_frames_only = false;             ///< EXT-X-I-FRAME-STREAM-INF
};
struct Master {
  bool independent_segments = false;
  std::vector<Alternative> renditions;
  std::vector<Variant> variants;
};
/// Whatever the film calls its tracks can't break the playlist's lines and quotes.
[[nodiscard]] std::string master_playlist(Master const& master);

struct Media {
  std::vector<Segment> segments;
  /// Before and after the segment's number: "v/" and ".ts". Queries (`?token=`) go into `after`.
  std::string before, after;
  /// EXT-X-MAP URIs, each from a segment on: the first one from 0; none = no such segments.
  std::vector<std::pair<std::size_t, std::string>> maps;
  bool independent_segments = false;
  bool i_frames_only = false;
  std::vector<std::size_t> discontinuities;  ///< indexes of segments that begin with one
  Time longest{};                            ///< at least; nominal grids know that segments may get longer
};
[[nodiscard]] std::string media_playlist(Media const& media);

}  // namespace hls
