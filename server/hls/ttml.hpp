// SPDX-License-Identifier: LGPL-2.1-or-later
// Timed Text Markup Language (W3C TTML 1, 2) -> cues: text, italics, top or bottom. Pure.
#pragma once

#include "hls/webvtt.hpp"

#include <string_view>
#include <vector>

namespace hls {

/// Not sorted. What follows a place where the XML is broken is missing.
[[nodiscard]] std::vector<Cue> read_ttml(std::string_view utf8);

}  // namespace hls
