// SPDX-License-Identifier: LGPL-2.1-or-later
// Advanced SubStation Alpha: styles and events -> cue text. What a caption needs is kept (italics, place), the art is
// not. Pure.
#pragma once

#include "hls/cue_text.hpp"

#include <map>
#include <string>
#include <string_view>

namespace hls {

struct AssStyle {
  TextStyle text;
  int alignment = 2;
};

class AssScript {
 public:
  /// The part of the file before its events: what Matroska keeps as the track's private data. Anything will do.
  explicit AssScript(std::string_view header);

  struct Shown {
    std::string text, settings;  ///< text empty: nothing to show
  };
  /// An event as Matroska and libavformat have it: "ReadOrder,Layer,Style,Name,MarginL,MarginR,MarginV,Effect,Text".
  [[nodiscard]] Shown event(std::string_view event) const;

 private:
  void read_style(std::string_view line, std::string_view format, bool old);

  std::map<std::string, AssStyle, std::less<>> styles_;
  double width_ = 384, height_ = 288;  ///< PlayRes: what \pos counts in
};

/// The inside of "{…}": changes `style` and `placement` (with anchor as written, not yet divided by the script's size).
/// Gives the level of drawing, "\p1", if it says one; else -1.
int read_overrides(std::string_view tags, TextStyle& style, Placement& placement);

}  // namespace hls
