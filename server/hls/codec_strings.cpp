// SPDX-License-Identifier: LGPL-2.1-or-later
// gst_codec_utils_caps_get_mime_codec() of GStreamer 1.22 knows neither AC-3, FLAC, DTS nor the explicit SBR of AAC,
// and wants caps with codec_data; where it answers, a test holds it against this.
#include "hls/codec_strings.hpp"

#include "hls/aac_config.hpp"
#include "hls/caps_field.hpp"
#include "hls/video_config.hpp"

#include <glib.h>

#include <cstdarg>

namespace hls {
namespace {

__attribute__((format(printf, 1, 2))) std::string text(char const* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  auto* const made = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  std::string const result = made;
  g_free(made);
  return result;
}

std::string h264(Track const& track) {
  auto const& data = track.codec_data;
  if (data.size() < 4) return {};
  return text("%s.%02x%02x%02x", caps_field(track, "stream-format") == "avc3" ? "avc3" : "avc1", data[1], data[2],
              data[3]);
}

/// 14496-15 E.3.
std::string h265(Track const& track) {
  auto const& data = track.codec_data;
  if (data.size() < 13) return {};
  static constexpr char const* spaces[]{"", "A", "B", "C"};
  std::uint32_t compatible = 0;
  for (unsigned bit = 0; bit < 32; ++bit)
    if (data[2 + bit / 8] >> (7 - bit % 8) & 1) compatible |= 1U << bit;
  auto name = text("%s.%s%d.%X.%c%d", caps_field(track, "stream-format") == "hev1" ? "hev1" : "hvc1",
                   spaces[data[1] >> 6], data[1] & 31, compatible, (data[1] & 0x20) != 0 ? 'H' : 'L', data[12]);
  std::size_t last = 12;
  while (last > 6 && data[last - 1] == 0) --last;
  for (std::size_t i = 6; i < last; ++i) name += text(".%X", data[i]);
  return name;
}

/// Colour is left out where it is what the name says without it: BT.709, or not known.
bool plain_colour(VideoConfig const& config) {
  auto const plain = [](int value) { return value == 1 || value == 2; };
  return plain(config.primaries) && plain(config.transfer) && plain(config.matrix) && !config.full_range;
}

std::string vp9(Track const& track) {
  auto const config = vp9_config(track);
  auto name = text("vp09.%02d.%02d.%02d", config.profile, config.level, config.depth);
  if (plain_colour(config) && config.subsampling <= 1) return name;
  return name + text(".%02d.%02d.%02d.%02d.%02d", config.subsampling, config.primaries, config.transfer, config.matrix,
                     config.full_range ? 1 : 0);
}

std::string av1(Track const& track) {
  auto const config = av1_config(track);
  if (!config) return {};
  auto name = text("av01.%d.%02d%c.%02d", config->profile, config->level, config->high_tier ? 'H' : 'M', config->depth);
  if (plain_colour(*config) && !config->monochrome && config->subsampling >= 110) return name;
  return name + text(".%d.%03d.%02d.%02d.%02d.%d", config->monochrome ? 1 : 0, config->subsampling, config->primaries,
                     config->transfer, config->matrix, config->full_range ? 1 : 0);
}

std::string aac(Track const& track) {
  auto const config = aac_config(track.codec_data);
  if (!config) return "mp4a.40.2";
  return text("mp4a.40.%d", config->ps ? 29 : config->sbr ? 5 : config->object_type);
}

}  // namespace

std::string codec_string(Track const& track) {
  switch (track.codec) {
    case Codec::h264:
      return h264(track);
    case Codec::h265:
      return h265(track);
    case Codec::vp8:
      return "vp08.00.41.08";
    case Codec::vp9:
      return vp9(track);
    case Codec::av1:
      return av1(track);
    case Codec::aac:
      return aac(track);
    case Codec::mp3:
      return "mp4a.40.34";
    case Codec::mp2:
      return "mp4a.40.33";
    case Codec::ac3:
      return "ac-3";
    case Codec::eac3:
      return "ec-3";
    case Codec::dts:
      return "dtsc";
    case Codec::opus:
      return "opus";
    case Codec::flac:
      return "fLaC";
    case Codec::alac:
      return "alac";
    default:
      return {};
  }
}

char const* video_range(Track const& track) {
  constexpr int pq = 16, hlg = 18;  // H.273 table 3
  return track.transfer == pq ? "PQ" : track.transfer == hlg ? "HLG" : "SDR";
}

}  // namespace hls
