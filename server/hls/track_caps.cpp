// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/track_caps.hpp"

#include "glib/unique.hpp"
#include "hls/demuxer.hpp"

#include <gst/audio/audio.h>
#include <gst/tag/tag.h>
#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace hls {
namespace {

struct Row {
  std::string_view media;
  Codec codec;
};
constexpr std::array codecs{
    Row{"video/x-h264", Codec::h264},
    Row{"video/x-h265", Codec::h265},
    Row{"video/x-vp8", Codec::vp8},
    Row{"video/x-vp9", Codec::vp9},
    Row{"video/x-av1", Codec::av1},
    Row{"video/x-wmv", Codec::wmv},
    Row{"video/x-theora", Codec::theora},
    Row{"video/x-divx", Codec::mpeg4},
    Row{"video/x-xvid", Codec::mpeg4},
    Row{"video/x-msmpeg", Codec::mpeg4},
    Row{"audio/x-ac3", Codec::ac3},
    Row{"audio/ac3", Codec::ac3},
    Row{"audio/x-private1-ac3", Codec::ac3},
    Row{"audio/x-eac3", Codec::eac3},
    Row{"audio/x-dts", Codec::dts},
    Row{"audio/x-private1-dts", Codec::dts},
    Row{"audio/x-true-hd", Codec::truehd},
    Row{"audio/x-mlp", Codec::truehd},
    Row{"audio/x-opus", Codec::opus},
    Row{"audio/x-vorbis", Codec::vorbis},
    Row{"audio/x-flac", Codec::flac},
    Row{"audio/x-alac", Codec::alac},
    Row{"audio/x-raw", Codec::pcm},
    Row{"audio/x-alaw", Codec::pcm},
    Row{"audio/x-mulaw", Codec::pcm},
    Row{"audio/x-wma", Codec::wma},
    Row{"text/x-raw", Codec::plain_text},
    Row{"application/x-ass", Codec::ass},
    Row{"application/x-ssa", Codec::ass},
    Row{"text/vtt", Codec::webvtt},
    Row{"application/x-subtitle-vtt", Codec::webvtt},
    // matroskademux doesn't know D_WEBVTT; of what else it doesn't know, next to nothing is text.
    Row{"application/x-subtitle-unknown", Codec::webvtt},
};

Codec codec_of(GstStructure const* caps) {
  std::string_view const media = gst_structure_get_name(caps);
  int version = 0, layer = 0;
  gst_structure_get_int(caps, "mpegversion", &version);
  gst_structure_get_int(caps, "layer", &layer);
  if (media == "video/mpeg") return version == 4 ? Codec::mpeg4 : Codec::mpeg2;
  if (media == "audio/mpeg") return version != 1 ? Codec::aac : layer == 3 ? Codec::mp3 : Codec::mp2;
  if (media == "video/x-wmv") {
    auto const* const format = gst_structure_get_string(caps, "format");
    return format && std::string_view(format) == "WVC1" ? Codec::vc1 : Codec::wmv;
  }
  for (auto const& row : codecs)
    if (row.media == media) return row.codec;
  if (media.starts_with("video/") || media == "image/jpeg") return Codec::other_video;
  if (media.starts_with("audio/")) return Codec::other_audio;
  if (media.starts_with("subpicture/") || media.starts_with("subtitle/") || media.starts_with("closedcaption/") ||
      media == "application/x-usf" || media == "application/x-teletext")
    return Codec::other_text;
  return Codec::unknown;
}

Bytes bytes_of(GValue const* value) {
  Bytes bytes;
  auto* const buffer = value && GST_VALUE_HOLDS_BUFFER(value) ? gst_value_get_buffer(value) : nullptr;
  if (!buffer) return bytes;
  bytes.resize(gst_buffer_get_size(buffer));
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  return bytes;
}

/// Each header after its length, big endian: one of the forms that libavcodec takes.
Bytes with_lengths(GValue const* headers) {
  Bytes joined;
  for (guint i = 0; i < gst_value_array_get_size(headers); ++i) {
    auto const header = bytes_of(gst_value_array_get_value(headers, i));
    if (header.size() > 0xFFFF) return {};
    joined.push_back(static_cast<std::uint8_t>(header.size() >> 8));
    joined.push_back(static_cast<std::uint8_t>(header.size()));
    joined.insert(joined.end(), header.begin(), header.end());
  }
  return joined;
}

/// OpusHead (RFC 7845 5.1) of what qtdemux makes of dOps, but for the pre-skip, which it keeps to itself. Without a
/// mapping two channels at most are meant.
Bytes opus_head_of(GstStructure const* caps) {
  int channels = 0, family = 0, streams = 0, coupled = 0;
  auto const* const mapping = gst_structure_get_value(caps, "channel-mapping");
  bool const complete = gst_structure_get_int(caps, "channels", &channels) &&
                        gst_structure_get_int(caps, "channel-mapping-family", &family) &&
                        gst_structure_get_int(caps, "stream-count", &streams) &&
                        gst_structure_get_int(caps, "coupled-count", &coupled);
  if (!complete || family == 0 || !mapping || !GST_VALUE_HOLDS_ARRAY(mapping) ||
      gst_value_array_get_size(mapping) != static_cast<guint>(channels))
    return {};
  Bytes head{'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, static_cast<std::uint8_t>(channels)};
  head.insert(head.end(), {0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0});  // 312, as encoders have it; 48000 Hz; no gain
  for (int const field : {family, streams, coupled}) head.push_back(static_cast<std::uint8_t>(field));
  for (guint i = 0; i < gst_value_array_get_size(mapping); ++i)
    head.push_back(static_cast<std::uint8_t>(g_value_get_int(gst_value_array_get_value(mapping, i))));
  return head;
}

/// codec_data, else the first header of the codecs that have several.
Bytes codec_data_of(GstStructure const* caps, Codec codec) {
  if (auto const* const data = gst_structure_get_value(caps, "codec_data")) {
    auto bytes = bytes_of(data);
    // qtdemux (1.22) cuts the head off av1C.
    if (codec == Codec::av1 && (bytes.size() < 4 || bytes[0] != 0x81)) return {};
    return bytes;
  }
  auto const* const headers = gst_structure_get_value(caps, "streamheader");
  if (!headers && codec == Codec::opus) return opus_head_of(caps);
  if (!headers || !GST_VALUE_HOLDS_ARRAY(headers) || gst_value_array_get_size(headers) == 0) return {};
  if (codec == Codec::theora) return with_lengths(headers);
  auto first = bytes_of(gst_value_array_get_value(headers, 0));
  if (codec == Codec::opus) return first;
  if (codec != Codec::flac) return {};
  // "\x7fFLAC", version, number of headers, then "fLaC" and STREAMINFO (RFC 9639 10.1); qtdemux has these two apart.
  for (guint i = 1; i < gst_value_array_get_size(headers) && first.size() < 42; ++i) {
    auto const next = bytes_of(gst_value_array_get_value(headers, i));
    first.insert(first.end(), next.begin(), next.end());
  }
  static constexpr std::array<std::uint8_t, 4> magic{'f', 'L', 'a', 'C'};
  auto const at = std::search(first.begin(), first.end(), magic.begin(), magic.end());
  first.erase(first.begin(), at);
  first.resize(std::min<std::size_t>(first.size(), 42));
  if (first.size() == 42) first[4] = 0x80;  // nothing follows
  return first;
}

void read_video(Track& track, GstStructure const* caps) {
  gst_structure_get_int(caps, "width", &track.width);
  gst_structure_get_int(caps, "height", &track.height);
  gst_structure_get_fraction(caps, "pixel-aspect-ratio", &track.pixel_width, &track.pixel_height);
  if (track.pixel_width <= 0 || track.pixel_height <= 0) track.pixel_width = track.pixel_height = 1;
  int frames = 0, seconds = 1;
  if (gst_structure_get_fraction(caps, "framerate", &frames, &seconds) && frames > 0 && seconds > 0 &&
      frames / seconds < 1000)
    track.frame_rate = {frames, seconds};
  GstVideoColorimetry color;
  auto const* const colorimetry = gst_structure_get_string(caps, "colorimetry");
  if (!colorimetry || !gst_video_colorimetry_from_string(&color, colorimetry)) return;
  track.primaries = static_cast<int>(gst_video_color_primaries_to_iso(color.primaries));
  track.transfer = static_cast<int>(gst_video_transfer_function_to_iso(color.transfer));
  track.matrix = static_cast<int>(gst_video_color_matrix_to_iso(color.matrix));
  track.full_range = color.range == GST_VIDEO_COLOR_RANGE_0_255;
}

/// BCP 47: the shortest code there is; "und", "mis" and their like say nothing.
std::string language_of(std::string_view tag) {
  std::string const code(tag.substr(0, tag.find_first_of("-_")));
  if (code == "und" || code == "mis" || code == "zxx" || code == "mul" || code.size() < 2) return {};
  if (auto const* const shorter = gst_tag_get_language_code_iso_639_1(code.c_str()))
    return shorter + std::string(tag.substr(code.size()));
  return code.size() <= 3 ? std::string(tag) : std::string{};
}

}  // namespace

void refuse_encrypted(GstCaps* caps) {
  std::string_view const media = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  if (media == "application/x-cenc" || media == "application/x-webm-enc" || media == "application/x-aavd")
    throw DemuxFailed("The film is encrypted. Only who has its key can play it.");
}

void read_caps(Track& track, GstCaps* caps) {
  auto const* const structure = gst_caps_get_structure(caps, 0);
  track.codec = codec_of(structure);
  track.kind = kind_of(track.codec);
  track.caps = glib::Unique<gchar>(gst_caps_to_string(caps)).get();
  if (auto data = codec_data_of(structure, track.codec); !data.empty()) track.codec_data = std::move(data);
  if (track.kind == Kind::video) read_video(track, structure);
  if (track.kind != Kind::audio) return;
  gst_structure_get_int(structure, "rate", &track.sample_rate);
  gst_structure_get_int(structure, "channels", &track.channels);
  if (track.codec != Codec::opus) return;
  track.sample_rate = 48000;
  auto const& head = track.codec_data;  // RFC 7845 5.1
  if (head.size() >= 19 && std::memcmp(head.data(), "OpusHead", 8) == 0) {
    track.channels = head[9];
    track.priming = head[10] | head[11] << 8;
  }
}

void read_tags(Track& track, GstTagList const* tags) {
  glib::Unique<gchar> text;
  if (gst_tag_list_get_string(tags, GST_TAG_LANGUAGE_CODE, glib::Out(text))) track.language = language_of(text.get());
  if (gst_tag_list_get_string(tags, GST_TAG_TITLE, glib::Out(text))) track.title = text.get();
  if (gst_tag_list_get_string(tags, GST_TAG_IMAGE_ORIENTATION, glib::Out(text))) {
    std::string_view const way = text.get();
    track.rotation = way.ends_with("90") ? 90 : way.ends_with("180") ? 180 : way.ends_with("270") ? 270 : 0;
  }
}

}  // namespace hls
