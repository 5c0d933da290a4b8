// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/caps_field.hpp"
#include "hls/mp4_box.hpp"
#include "hls/sample_entries.hpp"
#include "hls/video_config.hpp"

#include <array>
#include <cstdio>
#include <string>

namespace hls {
namespace {

/// avc3 and hev1: parameter sets may be in band only.
char const* entry_type(Track const& track) {
  switch (track.codec) {
    case Codec::h264:
      return caps_field(track, "stream-format") == "avc3" ? "avc3" : "avc1";
    case Codec::h265:
      return caps_field(track, "stream-format") == "hev1" ? "hev1" : "hvc1";
    case Codec::vp9:
      return "vp09";
    default:
      return "av01";
  }
}

void append_configuration(ByteWriter& out, Track const& track) {
  switch (track.codec) {
    case Codec::h264:
      return box(out, "avcC", [&] { out.bytes(track.codec_data); });
    case Codec::h265:
      return box(out, "hvcC", [&] { out.bytes(track.codec_data); });
    case Codec::vp9:
      return full_box(out, "vpcC", 1, 0, [&] { out.bytes(vpcc(vp9_config(track))); });
    default:
      return box(out, "av1C", [&] { out.bytes(track.codec_data); });
  }
}

/// HDR's mastering display and light level, as gst-video writes them into caps: numbers with colons.
template <std::size_t size>
bool numbers(Track const& track, char const* field, std::array<unsigned, size>& to) {
  auto const value = caps_field(track, field);
  auto const* text = value.c_str();
  for (std::size_t i = 0; i < size; ++i) {
    int read = 0;
    if (std::sscanf(text, i == 0 ? "%u%n" : ":%u%n", &to[i], &read) != 1) return false;
    text += read;
  }
  return true;
}

void append_light(ByteWriter& out, Track const& track) {
  std::array<unsigned, 10> display{};
  if (numbers(track, "mastering-display-info", display)) {
    box(out, "mdcv", [&] {
      for (auto const i : {2U, 3U, 4U, 5U, 0U, 1U, 6U, 7U}) out.u16(display[i]);  // green, blue, red, white
      out.u32(display[8]);
      out.u32(display[9]);
    });
  }
  std::array<unsigned, 2> light{};
  if (numbers(track, "content-light-level", light)) {
    box(out, "clli", [&] {
      out.u16(light[0]);
      out.u16(light[1]);
    });
  }
}

}  // namespace

void append_video_entry(ByteWriter& out, Track const& track) {
  box(out, entry_type(track), [&] {
    out.zeros(6);
    out.u16(1);
    out.zeros(16);
    out.u16(static_cast<unsigned>(track.width));
    out.u16(static_cast<unsigned>(track.height));
    out.u32(0x480000);  // 72 dpi
    out.u32(0x480000);
    out.u32(0);
    out.u16(1);
    out.zeros(32);
    out.u16(24);
    out.u16(0xffff);
    append_configuration(out, track);
    if (track.primaries != 2 || track.transfer != 2 || track.matrix != 2) {
      box(out, "colr", [&] {
        out.text("nclx");
        for (int const value : {track.primaries, track.transfer, track.matrix}) out.u16(static_cast<unsigned>(value));
        out.u8(track.full_range ? 0x80 : 0);
      });
    }
    if (track.pixel_width != track.pixel_height && track.pixel_width > 0 && track.pixel_height > 0) {
      box(out, "pasp", [&] {
        out.u32(static_cast<unsigned>(track.pixel_width));
        out.u32(static_cast<unsigned>(track.pixel_height));
      });
    }
    append_light(out, track);
  });
}

}  // namespace hls
