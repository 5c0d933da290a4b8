// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/attributes.hpp"
#include "hls/playlist.hpp"

#include <algorithm>
#include <cstdio>

namespace hls {
namespace {

/// Rounded from the film's begin on: no error adds up, and all EXTINF together are the film's length.
std::int64_t micros(Time time, Time begin) { return ((time - begin).count() + 500) / 1000; }

/// The least that has all that is used (RFC 8216 7).
int version(Media const& media) {
  if (!media.maps.empty()) return media.i_frames_only ? 5 : 6;
  return media.i_frames_only ? 4 : 3;
}

}  // namespace

std::string media_playlist(Media const& media) {
  auto const begin = media.segments.empty() ? Time::zero() : media.segments.front().begin;
  std::int64_t longest = (media.longest.count() + 999) / 1000;
  for (auto const& segment : media.segments)
    longest = std::max(longest, micros(segment.end, begin) - micros(segment.begin, begin));

  std::string text = "#EXTM3U\n#EXT-X-VERSION:" + std::to_string(version(media)) + '\n';
  // Rounded up: right for all versions, of which some round EXTINF and some do not (4.3.3.1).
  text += "#EXT-X-TARGETDURATION:" + std::to_string(std::max<std::int64_t>((longest + 999'999) / 1'000'000, 1)) + '\n';
  text += "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n";
  if (media.independent_segments) text += "#EXT-X-INDEPENDENT-SEGMENTS\n";
  if (media.i_frames_only) text += "#EXT-X-I-FRAMES-ONLY\n";

  auto const before = playlist_uri(media.before);
  auto const after = playlist_uri("." + media.after).substr(1);  // a fragment's # may stand there
  text.reserve(text.size() + media.segments.size() * (before.size() + after.size() + 32));
  for (std::size_t i = 0; i < media.segments.size(); ++i) {
    auto const& segment = media.segments[i];
    auto const length = micros(segment.end, begin) - micros(segment.begin, begin);
    char line[64];
    std::snprintf(line, sizeof line, "#EXTINF:%lld.%06lld,\n", static_cast<long long>(length / 1'000'000),
                  static_cast<long long>(length % 1'000'000));
    auto const& breaks = media.discontinuities;
    if (std::find(breaks.begin(), breaks.end(), i) != breaks.end()) text += "#EXT-X-DISCONTINUITY\n";
    for (auto const& [first, uri] : media.maps)
      if (first == i) text += "#EXT-X-MAP:URI=\"" + playlist_uri(uri) + "\"\n";
    text.append(line).append(before).append(std::to_string(i)).append(after) += '\n';
  }
  return text + "#EXT-X-ENDLIST\n";
}

}  // namespace hls
