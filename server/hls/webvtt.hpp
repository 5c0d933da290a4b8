// SPDX-License-Identifier: LGPL-2.1-or-later
// Subtitles, inside or beside the film -> WebVTT segments (W3C WebVTT; RFC 8216 3.5). Pure.
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

/// Sorted; none ends before it begins (one without a length lasts until the next begins, but at most 5 s); the same
/// text over and over, as typeset frame by frame, is one cue.
void tidy(std::vector<Cue>& cues);

/// Of a track inside the film: plain text with Pango markup, ASS events, WebVTT cues.
[[nodiscard]] std::vector<Cue> cues_of(Samples const& samples);
/// Of a file beside the film, in any encoding: BOM, else UTF-8 if valid, else guessed (language helps). SubRip, ASS,
/// SSA, WebVTT, MicroDVD, MPL2, SAMI, TTML, SubViewer, VPlayer and what else libavformat knows of text. `film_rate`:
/// for formats that count frames and don't say of how many a second. Lines that make no sense are skipped.
/// Throws std::invalid_argument if nothing in it is a cue, or it has more than 16 MiB.
[[nodiscard]] std::vector<Cue> read_subtitles(std::string_view bytes, std::string_view file_name,
                                              std::string_view language = {}, Rate film_rate = {});

/// Cues that are shown at some time within the segment, sorted, with X-TIMESTAMP-MAP in step with time_shift.
/// `shift`: added to the cues' times (files beside the film count from its first picture, cues inside from its zero).
[[nodiscard]] std::string webvtt_segment(std::vector<Cue> const& cues, Segment const& segment, bool first, bool last,
                                         Time shift = {});

}  // namespace hls
