// SPDX-License-Identifier: LGPL-2.1-or-later
// The markup that people write into subtitles: SubRip's HTML, Pango's, WebVTT's, and ASS overrides among them. Pure.
#pragma once

#include "hls/cue_text.hpp"

#include <string>
#include <string_view>

namespace hls {

struct Markup {
  bool entities = true;   ///< "&amp;" is "&": Pango, WebVTT
  bool overrides = true;  ///< "{\an8}", "{\i1}": SubRip, Pango made of it
};

/// Lenient: tags that are known count or vanish, what else has a '<' is text.
void put_markup(CueText& to, Placement& placement, std::string_view text, Markup kind);
/// Of text whose tags somebody else has read.
[[nodiscard]] std::string without_entities(std::string_view text);

}  // namespace hls
