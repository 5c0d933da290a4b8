// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/rendition.hpp"

#include <gtest/gtest.h>

namespace {

using hls::Packaging;
using hls::parse_rendition;
using hls::Part;
using hls::Rendition;

TEST(Rendition, EachHasItsName) {
  std::pair<Rendition, char const*> const all[] = {
      {{.video = Part{0}}, "v0"},
      {{.video = Part{0, true}}, "v0h264"},
      {{.video = Part{12}, .sound = Part{3}}, "v12-a3"},
      {{.video = Part{0, true}, .sound = Part{1, true}}, "v0h264-a1aac"},
      {{.sound = Part{2}}, "a2"},
      {{.sound = Part{2, true}}, "a2aac"},
      {{.text = 3}, "s3"},
      {{.sidecar = 1234567}, "x1234567"},
      {{.video = Part{0}, .key_frames = true}, "i0"},
  };
  for (auto [rendition, name] : all)
    for (auto const packaging : {Packaging::ts, Packaging::fmp4}) {
      rendition.packaging = packaging;
      EXPECT_EQ(name_of(rendition), name);
      EXPECT_EQ(parse_rendition(package_name(packaging), name), rendition) << name;
    }
}

// An address names its bytes for ever: two names of one thing would be kept twice by every cache.
TEST(Rendition, HasNoOtherName) {
  auto const package = package_name(Packaging::ts);
  for (auto const* name : {"",
                           "v",
                           "a",
                           "s",
                           "x",
                           "i",
                           "-",
                           "v0-",
                           "v0-a",
                           "v-a1",
                           "-a1",
                           "v00",
                           "v01",
                           "v+1",
                           "v-1",
                           "v 1",
                           "v0 ",
                           "V0",
                           "v0a1",
                           "v0--a1",
                           "a1-v0",
                           "v0-s1",
                           "v0-a1-a",
                           "v0-a1-a2",
                           "v0aac",
                           "a1h264",
                           "v0h264aac",
                           "v0h264h264",
                           "v0h265",
                           "i0-a1",
                           "i0aac",
                           "s3aac",
                           "s3-a1",
                           "x5.vtt",
                           "x5x",
                           "v0.m3u8",
                           "v0/1",
                           "0",
                           "master",
                           "v0,",
                           "v99999999999",
                           "a2147483648",
                           "v0x0",
                           "\xef\xbc\x91",
                           "v\xef\xbc\x91"})
    EXPECT_FALSE(parse_rendition(package, name)) << name;
  EXPECT_FALSE(parse_rendition(package, std::string_view("v0,", 3)));
  EXPECT_TRUE(parse_rendition(package, "a2147483647"));
}

TEST(Rendition, BelongsToAVersionOfThePackager) {
  auto const version = std::to_string(hls::packager_version);
  EXPECT_EQ(package_name(Packaging::ts), "ts." + version);
  EXPECT_EQ(package_name(Packaging::fmp4), "fmp4." + version);
  auto const other = std::to_string(hls::packager_version + 1);
  for (auto const& package : {std::string(), std::string("ts"), "ts." + other, "fmp4." + other, "ts.0" + version,
                              "TS." + version, "ts." + version + " ", "mp4." + version})
    EXPECT_FALSE(parse_rendition(package, "v0")) << package;
}

}  // namespace
