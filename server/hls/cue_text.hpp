// SPDX-License-Identifier: LGPL-2.1-or-later
// WebVTT cue text and settings (W3C WebVTT 3.1, 3.5), built run by run from whatever a subtitle was written in. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hls {

struct TextStyle {
  bool italic = false, bold = false, underline = false;
  friend bool operator==(TextStyle const&, TextStyle const&) = default;
};

/// Escapes, nests <i> <b> <u> properly, leaves no empty line (it would end the cue). Bounded: what is beyond 8 KiB is
/// cut off.
class CueText {
 public:
  void set(TextStyle style) { wanted_ = style; }
  [[nodiscard]] TextStyle style() const { return wanted_; }
  /// UTF-8 text as people see it; '\n' breaks the line, other control characters vanish, bytes that are no UTF-8 too.
  void put(std::string_view text);
  /// The cue text; empty if nothing can be seen.
  [[nodiscard]] std::string take();

 private:
  void put_visible(std::string_view character);
  void close();

  std::string text_;
  std::string space_;  ///< white space that waits for something to stand before
  TextStyle wanted_, open_;
};

/// Where on the picture: as in ASS, 1-9 like the number pad, 2 = below in the middle; x, y from 0 to 1.
struct Placement {
  int alignment = 2;
  struct Point {
    double x, y;
  };
  std::optional<Point> anchor;
};
/// "line:0 align:start"; empty for the usual place. `lines`: of the text.
[[nodiscard]] std::string settings_of(Placement const& placement, int lines);
/// The part of a settings list that every player understands: without regions and nonsense.
[[nodiscard]] std::string clean_settings(std::string_view settings);

}  // namespace hls
