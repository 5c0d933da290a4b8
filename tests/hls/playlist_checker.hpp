// SPDX-License-Identifier: LGPL-2.1-or-later
// A strict reader of playlists: what RFC 8216 forbids fails the test.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace hls_test {

using AttributeMap = std::map<std::string, std::string>;  ///< quoted strings with their quotes

struct MasterSeen {
  std::vector<AttributeMap> media, i_frames;
  std::vector<std::pair<AttributeMap, std::string>> variants;
};
MasterSeen check_master(std::string const& text);

struct MediaSeen {
  int version = 1;
  int target = 0;
  std::int64_t micros = 0;  ///< of all EXTINF
  std::vector<std::string> uris;
  std::vector<std::size_t> discontinuities;
  std::string map;
};
MediaSeen check_media(std::string const& text);

}  // namespace hls_test
