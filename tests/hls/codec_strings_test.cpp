// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/codec_strings.hpp"

#include "hls/codec_data.hpp"
#include "hls/coded_film.hpp"

#include <gst/pbutils/pbutils.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace hls_test;
using hls::Bytes;
using hls::Codec;

std::string named(Codec codec, Bytes codec_data, std::string caps = {}) {
  hls::Track track;
  track.codec = codec;
  track.codec_data = std::move(codec_data);
  track.caps = std::move(caps);
  track.width = 1920;
  track.height = 1080;
  return hls::codec_string(track);
}

/// What GStreamer makes of caps with this codec_data.
std::string gst_name(std::string const& caps, Bytes const& codec_data) {
  auto* const made = gst_caps_from_string(caps.c_str());
  auto* const buffer = gst_buffer_new_memdup(codec_data.data(), codec_data.size());
  gst_caps_set_simple(made, "codec_data", GST_TYPE_BUFFER, buffer, nullptr);
  auto* const name = gst_codec_utils_caps_get_mime_codec(made);
  std::string const text = name == nullptr ? "" : name;
  g_free(name);
  gst_buffer_unref(buffer);
  gst_caps_unref(made);
  return text;
}

Bytes hvcc(std::initializer_list<std::uint8_t> general) {
  Bytes bytes(23);
  bytes[0] = 1;
  std::copy(general.begin(), general.end(), bytes.begin() + 1);
  return bytes;
}

TEST(CodecStrings, OfEveryKind) {
  struct Row {
    Codec codec;
    Bytes codec_data;
    char const* name;
  };
  std::vector<Row> const rows{
      {Codec::h264, {1, 0x42, 0xc0, 0x0d, 0xff}, "avc1.42c00d"},
      {Codec::h264, {1, 0x64, 0x00, 0x1f, 0xff}, "avc1.64001f"},
      {Codec::h264, {}, ""},
      // Main, level 3.0, progressive and frames only: 14496-15 E.3's examples and x265's headers.
      {Codec::h265, hvcc({0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 90}), "hvc1.1.6.L90.90"},
      {Codec::h265, hvcc({0x02, 0x20, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 120}), "hvc1.2.4.L120.B0"},
      {Codec::h265, hvcc({0x22, 0x20, 0, 0, 0, 0xb0, 0x23, 0, 0, 0, 0, 153}), "hvc1.2.4.H153.B0.23"},
      {Codec::h265, hvcc({0x41, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 93}), "hvc1.A1.1.L93"},
      {Codec::vp9, {}, "vp09.00.40.08"},
      {Codec::vp9, {2, 51, 0xa2, 9, 16, 9, 0, 0}, "vp09.02.51.10.01.09.16.09.00"},
      {Codec::av1, {0x81, 0x08, 0x0c, 0}, "av01.0.08M.08"},
      {Codec::av1, {0x81, 0x0d, 0xcc, 0}, "av01.0.13H.10"},
      {Codec::av1, {0x81, 0x2c, 0x00, 0}, "av01.1.12M.08.0.000.02.02.02.0"},
      {Codec::av1, {}, ""},
      {Codec::aac, {0x11, 0x90}, "mp4a.40.2"},
      {Codec::aac, {0x2b, 0x92, 0x08, 0x00}, "mp4a.40.5"},
      {Codec::aac, {0xeb, 0x8a, 0x08, 0x00}, "mp4a.40.29"},
      {Codec::aac, {0x13, 0x10, 0x56, 0xe5, 0x98}, "mp4a.40.5"},               // SBR said the compatible way
      {Codec::aac, {0x13, 0x08, 0x56, 0xe5, 0x9d, 0x48, 0x80}, "mp4a.40.29"},  // PS, too
      {Codec::aac, {0xf9, 0x46, 0x40}, "mp4a.40.42"},                          // xHE-AAC
      {Codec::mp3, {}, "mp4a.40.34"},
      {Codec::mp2, {}, "mp4a.40.33"},
      {Codec::ac3, {}, "ac-3"},
      {Codec::eac3, {}, "ec-3"},
      {Codec::dts, {}, "dtsc"},
      {Codec::opus, {}, "opus"},
      {Codec::flac, {}, "fLaC"},
      {Codec::vorbis, {}, ""},
      {Codec::plain_text, {}, ""}};
  for (auto const& row : rows)
    EXPECT_EQ(named(row.codec, row.codec_data), row.name)
        << hls::name_of(row.codec) << testing::PrintToString(row.codec_data);
  EXPECT_EQ(named(Codec::h265, hvcc({0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 90}),
                  "video/x-h265, stream-format=(string)hev1"),
            "hev1.1.6.L90.90");
}

TEST(CodecStrings, ColourIsSaidWhereItIsNotPlain) {
  hls::Track track;
  track.codec = Codec::av1;
  track.codec_data = {0x81, 0x0d, 0x4e, 0};
  track.primaries = 9;
  track.transfer = 16;
  track.matrix = 9;
  EXPECT_EQ(hls::codec_string(track), "av01.0.13M.10.0.112.09.16.09.0");
  track.codec = Codec::vp9;
  track.codec_data.clear();
  track.caps = "video/x-vp9, profile=(string)2, chroma-format=(string)4:2:0, bit-depth-luma=(uint)10";
  track.width = 3840;
  track.height = 2160;
  track.frame_rate = {60, 1};
  EXPECT_EQ(hls::codec_string(track), "vp09.02.51.10.01.09.16.09.00");
}

TEST(CodecStrings, AgreeWithGStreamerAndFfmpeg) {
  auto const x265 = [](std::string const& format) {
    return std::vector<std::string>{
        "-c:v",   "libx265", "-preset",  "superfast", "-x265-params", "log-level=none:keyint=25:open-gop=0",
        "-tag:v", "hvc1",    "-pix_fmt", format};
  };
  auto const name = [](char const* file, std::vector<std::string> const& video, std::string const& caps) {
    auto const track = read_film(coded_film(file, video, {}, 1)).samples.at(0).track;
    auto const ours = hls::codec_string(track);
    if (!caps.empty()) {
      EXPECT_STRCASEEQ(ours.c_str(), gst_name(caps, track.codec_data).c_str()) << file;
    }
    return ours;
  };
  auto const* avc = "video/x-h264, stream-format=avc, alignment=au";
  auto const* hevc = "video/x-h265, stream-format=hvc1, alignment=au";
  EXPECT_EQ(name("baseline.mp4", {"-c:v", "libx264", "-profile:v", "baseline", "-level", "3.1"}, avc), "avc1.42c01f");
  EXPECT_EQ(name("high10.mp4", {"-c:v", "libx264", "-pix_fmt", "yuv420p10le", "-level", "4.0"}, avc), "avc1.6e0028");
  EXPECT_EQ(name("main.mp4", x265("yuv420p"), hevc), "hvc1.1.6.L30.90");
  EXPECT_EQ(name("main10.mp4", x265("yuv420p10le"), hevc), "hvc1.2.4.L30.90");
  // GStreamer says "9D.08"; E.3 has numbers, not digits.
  EXPECT_EQ(name("main422.mp4", x265("yuv422p10le"), {}), "hvc1.4.10.L30.9D.8");
  EXPECT_EQ(name("av1.mp4", {"-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8"}, {}), "av01.0.00M.08");
}

TEST(CodecData, OfFirstAccessUnits) {
  hls::Track track;
  auto const film = read_film(
      coded_film("vp9-made.webm",
                 {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv422p10le"}, {}, 1));
  EXPECT_EQ(film.samples[0].track.codec_data, (Bytes{3, 10, 0xa4, 2, 2, 2, 0, 0}));
  // av1C of the container, made again from the sequence header alone.
  for (auto const* format : {"yuv420p", "yuv420p10le", "yuv444p", "gray"}) {
    auto const made = read_film(
        coded_film(std::string("av1-") + format + ".mkv",
                   {"-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-pix_fmt", format}, {}, 1));
    auto const& samples = made.samples[0];
    auto ours = hls::codec_data_from(samples.track, samples.units[0].data);
    ASSERT_GE(ours.size(), 4U) << format;
    ours.resize(4);
    EXPECT_EQ(ours, Bytes(samples.track.codec_data.begin(), samples.track.codec_data.begin() + 4)) << format;
  }
  for (auto const codec : {Codec::ac3, Codec::eac3, Codec::vp9, Codec::av1}) {
    track.codec = codec;
    EXPECT_EQ(hls::codec_data_from(track, {}), Bytes());
    EXPECT_EQ(hls::codec_data_from(track, Bytes(64, 0xff)), Bytes());
  }
}

TEST(VideoRange, ByTransfer) {
  hls::Track track;
  for (int transfer = 0; transfer < 20; ++transfer) {
    track.transfer = transfer;
    EXPECT_STREQ(hls::video_range(track), transfer == 16 ? "PQ" : transfer == 18 ? "HLG" : "SDR");
  }
}

}  // namespace
