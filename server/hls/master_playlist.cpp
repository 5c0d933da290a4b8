// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/attributes.hpp"
#include "hls/playlist.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <tuple>

namespace hls {
namespace {

bool is_subtitles(Alternative const& rendition) { return rendition.group == "subtitles"; }

/// Renditions as 4.3.4.1.1 wants them: names that differ, one default in a group, and autoselection only where language
/// and purpose tell which.
std::vector<Alternative> in_order(std::vector<Alternative> renditions) {
  std::set<std::pair<std::string, std::string>> names;
  std::set<std::string> defaults;
  std::set<std::tuple<std::string, std::string, bool, std::string>> choices;
  for (auto& rendition : renditions) {
    rendition.name = playlist_text(rendition.name);
    if (rendition.name.empty()) rendition.name = rendition.language.empty() ? "1" : playlist_text(rendition.language);
    auto const name = rendition.name;
    for (int n = 2; !names.emplace(rendition.group, rendition.name).second; ++n)
      rendition.name = name + " " + std::to_string(n);
    rendition.is_default = rendition.is_default && defaults.insert(rendition.group).second;
  }
  // The default one first: it is the choice of its language.
  for (bool const defaults_turn : {true, false}) {
    for (auto& rendition : renditions) {
      if (rendition.is_default != defaults_turn || !(rendition.autoselect || rendition.is_default)) continue;
      rendition.autoselect =
          choices.emplace(rendition.group, rendition.language, rendition.forced, rendition.characteristics).second;
    }
  }
  return renditions;
}

std::string media_line(Alternative const& rendition) {
  Attributes attributes;
  attributes.plain("TYPE", is_subtitles(rendition) ? "SUBTITLES" : "AUDIO");
  attributes.quoted("GROUP-ID", rendition.group).quoted("LANGUAGE", rendition.language).quoted("NAME", rendition.name);
  attributes.yes("DEFAULT", rendition.is_default).yes("AUTOSELECT", rendition.autoselect || rendition.is_default);
  if (is_subtitles(rendition)) attributes.yes("FORCED", rendition.forced);
  attributes.quoted("CHARACTERISTICS", rendition.characteristics);
  if (rendition.channels > 0 && !is_subtitles(rendition))
    attributes.quoted("CHANNELS", std::to_string(rendition.channels));
  attributes.quoted("URI", playlist_uri(rendition.uri));
  return "#EXT-X-MEDIA:" + attributes.text() + '\n';
}

std::string codecs(Variant const& variant) {
  std::string list;
  std::set<std::string> seen;
  for (auto const& codec : variant.codecs)
    if (!codec.empty() && seen.insert(codec).second) list += (list.empty() ? "" : ",") + codec;
  return list;
}

std::string variant_lines(Variant const& variant) {
  Attributes attributes;
  attributes.plain("BANDWIDTH", std::to_string(std::max<std::int64_t>(variant.bandwidth, 1)));
  if (variant.average_bandwidth > 0) attributes.plain("AVERAGE-BANDWIDTH", std::to_string(variant.average_bandwidth));
  attributes.quoted("CODECS", codecs(variant));
  if (variant.width > 0 && variant.height > 0)
    attributes.plain("RESOLUTION", std::to_string(variant.width) + "x" + std::to_string(variant.height));
  auto const& rate = variant.frame_rate;
  if (rate.frames > 0 && rate.seconds > 0 && !variant.i_frames_only) {
    auto const thousandths = (std::int64_t{rate.frames} * 1000 + rate.seconds / 2) / rate.seconds;
    char number[48];
    std::snprintf(number, sizeof number, "%lld.%03lld", static_cast<long long>(thousandths / 1000),
                  static_cast<long long>(thousandths % 1000));
    attributes.plain("FRAME-RATE", number);
  }
  if (!variant.video_range.empty()) attributes.plain("VIDEO-RANGE", variant.video_range);
  if (variant.i_frames_only)
    return "#EXT-X-I-FRAME-STREAM-INF:" + attributes.quoted("URI", playlist_uri(variant.uri)).text() + '\n';
  if (variant.audio) attributes.quoted("AUDIO", "audio");
  if (variant.subtitles) attributes.quoted("SUBTITLES", "subtitles");
  if (variant.width > 0) attributes.plain("CLOSED-CAPTIONS", "NONE");
  return "#EXT-X-STREAM-INF:" + attributes.text() + '\n' + playlist_uri(variant.uri) + '\n';
}

}  // namespace

std::string master_playlist(Master const& master) {
  bool const iframes = std::any_of(master.variants.begin(), master.variants.end(),
                                   [](Variant const& variant) { return variant.i_frames_only; });
  std::string text = "#EXTM3U\n";
  // Renditions and I frames came with version 4, but are ignored by older players (RFC 8216 7).
  text += std::string("#EXT-X-VERSION:") + (iframes || !master.renditions.empty() ? "4" : "3") + '\n';
  if (master.independent_segments) text += "#EXT-X-INDEPENDENT-SEGMENTS\n";
  for (auto const& rendition : in_order(master.renditions)) text += media_line(rendition);
  for (auto const& variant : master.variants) text += variant_lines(variant);
  return text;
}

}  // namespace hls
