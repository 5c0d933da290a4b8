// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/elements.hpp"

#include "hls/demuxer.hpp"

#include <array>
#include <string_view>

namespace hls {
namespace {

struct Row {
  char const* name;
  char const* package;
};
constexpr std::array elements{
    Row{"qtdemux", "gstreamer1.0-plugins-good"},        Row{"matroskademux", "gstreamer1.0-plugins-good"},
    Row{"avidemux", "gstreamer1.0-plugins-good"},       Row{"flvdemux", "gstreamer1.0-plugins-good"},
    Row{"wavparse", "gstreamer1.0-plugins-good"},       Row{"aacparse", "gstreamer1.0-plugins-good"},
    Row{"mpegaudioparse", "gstreamer1.0-plugins-good"}, Row{"ac3parse", "gstreamer1.0-plugins-good"},
    Row{"dcaparse", "gstreamer1.0-plugins-good"},       Row{"flacparse", "gstreamer1.0-plugins-good"},
    Row{"tsdemux", "gstreamer1.0-plugins-bad"},         Row{"mpegpsdemux", "gstreamer1.0-plugins-bad"},
    Row{"h264parse", "gstreamer1.0-plugins-bad"},       Row{"h265parse", "gstreamer1.0-plugins-bad"},
    Row{"vp9parse", "gstreamer1.0-plugins-bad"},        Row{"opusparse", "gstreamer1.0-plugins-bad"},
    Row{"mpegvideoparse", "gstreamer1.0-plugins-bad"},  Row{"mpeg4videoparse", "gstreamer1.0-plugins-bad"},
    Row{"oggdemux", "gstreamer1.0-plugins-base"},       Row{"asfdemux", "gstreamer1.0-plugins-ugly"},
};

/// Do packets of this container always hold whole frames of sound, with the time of each?
bool framed(Container container) {
  switch (container) {
    case Container::iso:
    case Container::fragmented_iso:
    case Container::matroska:
    case Container::ogg:
      return true;
    default:
      return false;
  }
}

}  // namespace

char const* demuxer_of(Container container) {
  switch (container) {
    case Container::iso:
    case Container::fragmented_iso:
      return "qtdemux";
    case Container::matroska:
      return "matroskademux";
    case Container::avi:
      return "avidemux";
    case Container::flv:
      return "flvdemux";
    case Container::mpeg_ts:
      return "tsdemux";
    case Container::mpeg_ps:
      return "mpegpsdemux";
    case Container::asf:
      return "asfdemux";
    case Container::ogg:
      return "oggdemux";
    case Container::wav:
      return "wavparse";
    default:
      return nullptr;
  }
}

char const* sound_parser(Container container) {
  switch (container) {
    case Container::mp3:
      return "mpegaudioparse";
    case Container::adts:
      return "aacparse";
    case Container::flac:
      return "flacparse";
    case Container::ac3:
      return "ac3parse";
    default:
      return nullptr;
  }
}

Parser parser_of(GstStructure const* caps, Container container) {
  std::string_view const name = gst_structure_get_name(caps);
  int version = 0;
  gst_structure_get_int(caps, "mpegversion", &version);
  if (name == "video/x-h264") return {"h264parse", "video/x-h264,stream-format=avc,alignment=au"};
  if (name == "video/x-h265") return {"h265parse", "video/x-h265,stream-format=hvc1,alignment=au"};
  if (name == "video/x-vp9") return {"vp9parse", "video/x-vp9,alignment=super-frame"};
  if (name == "video/mpeg") return {version == 4 ? "mpeg4videoparse" : "mpegvideoparse", nullptr};
  if (name == "audio/mpeg") {
    if (version == 1) return {"mpegaudioparse", nullptr};
    return {"aacparse", "audio/mpeg,mpegversion=4,stream-format=raw"};
  }
  if (name == "audio/x-ac3" || name == "audio/x-eac3" || name == "audio/x-private1-ac3" || name == "audio/ac3")
    return {"ac3parse", "audio/x-ac3,alignment=frame;audio/x-eac3,alignment=frame"};
  if (framed(container)) return {};  // dcaparse and flacparse lose frames where they begin, opusparse changes times
  if (name == "audio/x-dts" || name == "audio/x-private1-dts") return {"dcaparse", nullptr};
  if (name == "audio/x-flac") return {"flacparse", nullptr};
  if (name == "audio/x-opus") return {"opusparse", nullptr};
  return {};
}

glib::Ref<GstElement> new_element(char const* name) {
  if (auto* const made = gst_element_factory_make(name, nullptr)) return glib::Ref<GstElement>::sink(made);
  for (auto const& row : elements)
    if (std::string_view(row.name) == name)
      throw DemuxFailed(std::string("GStreamer's element ") + name + " is missing. Install " + row.package + ".");
  throw DemuxFailed(std::string("GStreamer's element ") + name + " is missing. Install its plug-in.");
}

}  // namespace hls
