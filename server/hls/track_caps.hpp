// SPDX-License-Identifier: LGPL-2.1-or-later
// What GStreamer says of a stream, in caps and tags -> Track.
#pragma once

#include "hls/film.hpp"

#include <gst/gst.h>

namespace hls {

/// Throws DemuxFailed if what has these caps is.
void refuse_encrypted(GstCaps* caps);
/// Codec, sizes, codec_data …; what caps don't mention stays as it is. Codec::unknown: nothing that we know of, like
/// time codes.
void read_caps(Track& track, GstCaps* caps);
/// Language, title, rotation.
void read_tags(Track& track, GstTagList const* tags);

}  // namespace hls
