// SPDX-License-Identifier: LGPL-2.1-or-later
// Which GStreamer elements take a film apart.
#pragma once

#include "glib/ref.hpp"
#include "hls/timeline.hpp"

#include <gst/gst.h>

#include <string>

namespace hls {

/// nullptr: the file is one stream of frames, for a parser alone (see sound_parser()).
[[nodiscard]] char const* demuxer_of(Container container);
/// For MP3, ADTS, FLAC, AC-3; nullptr for all others.
[[nodiscard]] char const* sound_parser(Container container);

struct Parser {
  char const* element = nullptr;  ///< nullptr = what the demuxer gives are access units already
  char const* caps = nullptr;     ///< what must come out; nullptr = anything
};
[[nodiscard]] Parser parser_of(GstStructure const* caps, Container container);

/// Throws DemuxFailed that names the element and where it comes from.
[[nodiscard]] glib::Ref<GstElement> new_element(char const* name);

}  // namespace hls
