// SPDX-License-Identifier: LGPL-2.1-or-later
// Who plays what: one table of players. Pure. Adding a TV is adding a row (docs/hls.md).
#pragma once

#include "hls/film.hpp"
#include "hls/timeline.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hls {

enum class Packaging { ts, fmp4 };

struct Client {
  char const* name;  ///< of `?client=`
  /// …
};

/// By ?client= (empty = none), else by User-Agent; always somebody: the cautious one where nothing is known.
/// nullptr: there is no client of that name (then 400 with the names).
[[nodiscard]] Client const* client_of(std::string_view name, std::string_view user_agent);
[[nodiscard]] std::vector<std::string> client_names();

enum class Way {
  as_is,     ///< passed through
  coded,     ///< sound: to AAC; video: to H.264, if that is allowed
  left_out,  ///< not playable, and not needed for the film to make sense (a picture of the cover, bitmap subtitles)
  refused,   ///< needs `transcode=video`
};
struct Choice {
  Packaging packaging = Packaging::ts;
  std::vector<Way> ways;  ///< by track
  std::string refusal;    ///< a sentence, if something is refused
};

/// What of a film goes to a client, and how. `wanted`: `?container=`; `may_code_video`: the setting.
[[nodiscard]] Choice choose(Client const& client, Container container, std::vector<Track> const& tracks,
                            std::optional<Packaging> wanted, bool may_code_video);

}  // namespace hls
