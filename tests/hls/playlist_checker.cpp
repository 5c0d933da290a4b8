// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/playlist_checker.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

namespace hls_test {
namespace {

std::vector<std::string> lines_of(std::string const& text) {
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_TRUE(text.ends_with('\n'));
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    for (unsigned char const byte : line) EXPECT_GE(byte, 0x20) << line;
    lines.push_back(line);
  }
  EXPECT_FALSE(lines.empty());
  EXPECT_EQ(lines.at(0), "#EXTM3U");
  return lines;
}

/// 4.2; names as they are, values by their kind.
AttributeMap attributes(std::string const& list) {
  static std::regex const one(R"re(([A-Z0-9-]+)=("[^"]*"|[^",\s]+)(,|$))re");
  AttributeMap found;
  auto at = list.begin();
  for (std::smatch match; at != list.end();) {
    if (!std::regex_search(at, list.end(), match, one, std::regex_constants::match_continuous)) {
      ADD_FAILURE() << list;
      break;
    }
    EXPECT_TRUE(found.emplace(match[1], match[2]).second) << "twice: " << match[1];
    at = match[0].second;
  }
  static std::map<std::string, char const*> const kinds{
      {"TYPE", "AUDIO|SUBTITLES"}, {"DEFAULT", "YES|NO"},           {"AUTOSELECT", "YES|NO"},
      {"FORCED", "YES|NO"},        {"BANDWIDTH", "[1-9]\\d*"},      {"AVERAGE-BANDWIDTH", "[1-9]\\d*"},
      {"RESOLUTION", "\\d+x\\d+"}, {"FRAME-RATE", "\\d+\\.\\d{3}"}, {"VIDEO-RANGE", "SDR|HLG|PQ"},
      {"CLOSED-CAPTIONS", "NONE"}, {"URI", "\"[!-~]+\""},           {"CHANNELS", "\"\\d+\""}};
  for (auto const& [name, value] : found) {
    auto const kind = kinds.find(name);
    if (kind != kinds.end())
      EXPECT_TRUE(std::regex_match(value, std::regex(kind->second))) << name << '=' << value;
    else
      EXPECT_TRUE(value.size() >= 2 && value[0] == '"') << name << '=' << value;
  }
  return found;
}

bool strip(std::string& line, std::string const& tag) {
  if (!line.starts_with(tag)) return false;
  line.erase(0, tag.size());
  return true;
}

}  // namespace

MasterSeen check_master(std::string const& text) {
  MasterSeen seen;
  auto const lines = lines_of(text);
  std::set<std::string> names, defaults, choices, groups;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    auto line = lines[i];
    if (strip(line, "#EXT-X-MEDIA:")) {
      auto media = attributes(line);
      EXPECT_TRUE(media.contains("TYPE") && media.contains("GROUP-ID") && media.contains("NAME")) << line;
      groups.insert(media["TYPE"] + media["GROUP-ID"]);
      EXPECT_TRUE(names.insert(media["TYPE"] + media["GROUP-ID"] + media["NAME"]).second) << line;
      if (media["DEFAULT"] == "YES") {
        EXPECT_EQ(media["AUTOSELECT"], "YES");
        EXPECT_TRUE(defaults.insert(media["TYPE"] + media["GROUP-ID"]).second);
      }
      if (media["AUTOSELECT"] == "YES") {
        EXPECT_TRUE(choices
                        .insert(media["TYPE"] + media["GROUP-ID"] + media["LANGUAGE"] + media["FORCED"] +
                                media["CHARACTERISTICS"])
                        .second)
            << line;
      }
      if (media["TYPE"] == "SUBTITLES") {
        EXPECT_TRUE(media.contains("URI"));
      }
      seen.media.push_back(media);
    } else if (strip(line, "#EXT-X-I-FRAME-STREAM-INF:")) {
      auto variant = attributes(line);
      EXPECT_TRUE(variant.contains("URI") && variant.contains("BANDWIDTH"));
      for (auto const* not_there : {"FRAME-RATE", "AUDIO", "SUBTITLES", "CLOSED-CAPTIONS"})
        EXPECT_FALSE(variant.contains(not_there));
      seen.i_frames.push_back(variant);
    } else if (strip(line, "#EXT-X-STREAM-INF:")) {
      auto variant = attributes(line);
      EXPECT_TRUE(variant.contains("BANDWIDTH"));
      for (auto const* type : {"AUDIO", "SUBTITLES"}) {
        if (variant.contains(type)) {
          EXPECT_TRUE(groups.contains(type + variant[type])) << "no such group: " << variant[type];
        }
      }
      ++i;
      EXPECT_TRUE(i < lines.size() && !lines[i].empty() && lines[i][0] != '#');
      seen.variants.emplace_back(variant, i < lines.size() ? lines[i] : "");
    } else {
      EXPECT_TRUE(line.starts_with("#EXT-X-VERSION:") || line == "#EXT-X-INDEPENDENT-SEGMENTS") << line;
    }
  }
  return seen;
}

MediaSeen check_media(std::string const& text) {
  MediaSeen seen;
  auto const lines = lines_of(text);
  bool ended = false, i_frames = false;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    EXPECT_FALSE(ended);
    auto line = lines[i];
    if (strip(line, "#EXT-X-VERSION:")) {
      seen.version = std::stoi(line);
    } else if (strip(line, "#EXT-X-TARGETDURATION:")) {
      seen.target = std::stoi(line);
    } else if (strip(line, "#EXT-X-MAP:")) {
      seen.map = attributes(line).at("URI");
      EXPECT_GE(seen.version, i_frames ? 5 : 6);
    } else if (strip(line, "#EXTINF:")) {
      std::smatch match;
      if (bool const good = std::regex_match(line, match, std::regex("(\\d+)\\.(\\d{6}),")); !good) {
        ADD_FAILURE() << line;
        return seen;
      }
      auto const length = std::stoll(match[1]) * 1'000'000 + std::stoll(match[2]);
      EXPECT_LE(length, seen.target * 1'000'000LL);
      EXPECT_GT(length, 0);
      seen.micros += length;
      ++i;
      if (i >= lines.size() || lines[i][0] == '#') {
        ADD_FAILURE() << line;
        return seen;
      }
      seen.uris.push_back(lines[i]);
    } else if (line == "#EXT-X-DISCONTINUITY") {
      seen.discontinuities.push_back(seen.uris.size());
    } else if (line == "#EXT-X-I-FRAMES-ONLY") {
      i_frames = true;
      EXPECT_GE(seen.version, 4);
    } else if (line == "#EXT-X-ENDLIST") {
      ended = true;
    } else {
      EXPECT_TRUE(line == "#EXT-X-MEDIA-SEQUENCE:0" || line == "#EXT-X-PLAYLIST-TYPE:VOD" ||
                  line == "#EXT-X-INDEPENDENT-SEGMENTS")
          << line;
    }
  }
  EXPECT_TRUE(ended);
  EXPECT_GT(seen.target, 0);
  return seen;
}

}  // namespace hls_test
