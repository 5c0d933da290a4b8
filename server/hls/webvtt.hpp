// SPDX-License-Identifier: LGPL-2.1-or-later
// Subtitles, inside or beside the film -> WebVTT segments (W3C WebVTT; RFC 8216 3.5). Pure, but for the character sets
// that GLib knows.
#pragma once

#include "hls/cut.hpp"
#include "hls/segments.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hls {

struct Cue {
  Time begin{}, end{};
  std::string text;      ///< WebVTT cue text: escaped, with <i> <b> <u> only
  std::string settings;  ///< "line:10% align:start"; empty = none
  friend bool operator==(Cue const&, Cue const&) = default;
};

enum class SubtitleFormat { subrip, ass, webvtt, microdvd, mpl2, sami, ttml };

/// Of a track inside the film: plain text with Pango markup, ASS events, WebVTT cues.
[[nodiscard]] std::vector<Cue> cues_of(Samples const& samples);
/// Of a file beside the film, in any encoding: BOM, else UTF-8 if valid, else guessed (language helps).
/// Lines that make no sense are skipped. Throws std::invalid_argument if nothing in it is a cue.
[[nodiscard]] std::vector<Cue> read_subtitles(std::string_view bytes, std::string_view file_name,
                                              std::string_view language = {});
/// Language and forced/SDH flags from a name like "Film.en.forced.srt".
struct SidecarName {
  std::string language, title;
  bool forced = false;
};
[[nodiscard]] SidecarName sidecar_name(std::string_view subtitle_path, std::string_view film_path);
/// Is this file of the torrent a subtitle of that film?
[[nodiscard]] bool is_subtitle(std::string_view path);

/// Cues that are shown at some time within the segment, sorted, with X-TIMESTAMP-MAP in step with time_shift.
/// `shift`: added to the cues' times (files beside the film count from its first picture, cues inside from its zero).
[[nodiscard]] std::string webvtt_segment(std::vector<Cue> const& cues, Segment const& segment, bool first, bool last);

}  // namespace hls
