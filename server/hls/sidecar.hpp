// SPDX-License-Identifier: LGPL-2.1-or-later
// Which files of a torrent are subtitles of which film, and what their names tell. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hls {

struct SidecarName {
  std::string language;  ///< BCP 47; empty = unknown
  std::string title;     ///< for people: "English (SDH)", "Portuguese (Brazil, forced)"; never empty
  bool forced = false;
  bool hearing_impaired = false;  ///< SDH, CC: tells of sounds, too
  friend bool operator==(SidecarName const&, SidecarName const&) = default;
};
/// From names like "Film.en.forced.srt", "Subs/2_English.srt", "Subs/Film/3_eng.srt".
[[nodiscard]] SidecarName sidecar_name(std::string_view subtitle_path, std::string_view film_path);

/// By its ending: text subtitles that read_subtitles() may know.
[[nodiscard]] bool is_subtitle(std::string_view path);
[[nodiscard]] bool is_film(std::string_view path);
/// Indexes of the subtitles of `paths[film]` among all files of the torrent, in their order.
[[nodiscard]] std::vector<std::size_t> subtitles_of(std::vector<std::string> const& paths, std::size_t film);

}  // namespace hls
