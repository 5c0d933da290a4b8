// SPDX-License-Identifier: LGPL-2.1-or-later
// Attribute lists of playlists (RFC 8216 4.2).
#pragma once

#include <string>
#include <string_view>

namespace hls {

class Attributes {
 public:
  /// A quoted string; nothing if it is empty. Double quotes become single ones, line breaks and the like spaces.
  Attributes& quoted(char const* name, std::string_view value);
  /// A number or an enumerated string.
  Attributes& plain(char const* name, std::string_view value);
  Attributes& yes(char const* name, bool value) { return plain(name, value ? "YES" : "NO"); }

  [[nodiscard]] std::string const& text() const { return text_; }

 private:
  std::string text_;
};

/// Valid UTF-8 without control characters and double quotes.
[[nodiscard]] std::string playlist_text(std::string_view value);
/// A URI that may stand in a line or in quotes: what can't is percent-encoded.
[[nodiscard]] std::string playlist_uri(std::string_view uri);

}  // namespace hls
