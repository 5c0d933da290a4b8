// SPDX-License-Identifier: LGPL-2.1-or-later
// Who plays what: one table of players. Pure. Adding a TV is adding a row (docs/hls.md).
#pragma once

#include "hls/film.hpp"
#include "hls/timeline.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hls {

enum class Packaging { ts, fmp4 };

class CodecSet {
 public:
  constexpr CodecSet(std::initializer_list<Codec> codecs) {
    for (auto const codec : codecs) bits_ |= bit(codec);
  }
  [[nodiscard]] constexpr bool has(Codec codec) const { return (bits_ & bit(codec)) != 0; }

 private:
  static constexpr std::uint64_t bit(Codec codec) { return std::uint64_t{1} << static_cast<unsigned>(codec); }
  std::uint64_t bits_ = 0;
};

struct Client {
  char const* name;   ///< of `?client=`
  char const* title;  ///< in messages
  /// Of its User-Agent: one of these is in it (the first row that fits counts) …
  std::array<char const*, 6> agents;
  /// … and none of these.
  std::array<char const*, 4> others;
  Packaging prefers;
  CodecSet ts, fmp4;  ///< what it plays in each
  /// Video that only some of its kind play: as is, unless coding is allowed.
  CodecSet perhaps_ts, perhaps_fmp4;
  bool deep_h264;  ///< H.264 with 10 bits or more than 4:2:0
  int channels;    ///< at most, of AAC; 0 = any number
  bool text;       ///< shows WebVTT renditions
  bool impatient;  ///< gives up on a silent server within seconds (decisions: Waiting)
};

/// By ?client= (empty = none), else by User-Agent; always somebody: the cautious one where nothing is known.
/// nullptr: there is no client of that name (then 400 with the names).
[[nodiscard]] Client const* client_of(std::string_view name, std::string_view user_agent);
[[nodiscard]] std::vector<std::string> client_names();

enum class Way {
  as_is,     ///< passed through
  coded,     ///< sound: to AAC; video: to H.264, if that is allowed
  left_out,  ///< not playable, and not needed for the film to make sense (a picture of the cover, bitmap subtitles)
  refused,   ///< needs HLS_TRANSCODE=video
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
