// SPDX-License-Identifier: LGPL-2.1-or-later
// One way to find key frames per container; timeline.cpp chooses. Each reads as read_timeline() says.
//
// All of them are parsers of our own: a library's demuxer reads packets to learn of streams, drops key frames before an
// edit, counts in DTS, or reads the whole file where there is no index (hls.md a).
#pragma once

#include "hls/timeline.hpp"

namespace hls {

[[nodiscard]] Timeline read_iso(ByteSource& source, bool scan);  ///< MP4, QuickTime, one moov or fragments
[[nodiscard]] Timeline read_matroska(ByteSource& source, bool scan);
[[nodiscard]] Timeline read_avi(ByteSource& source, bool scan);
[[nodiscard]] Timeline read_flv(ByteSource& source, bool scan);
[[nodiscard]] Timeline read_mpeg_ts(ByteSource& source, bool scan);
[[nodiscard]] Timeline read_mpeg_ps(ByteSource& source, bool scan);
[[nodiscard]] Timeline read_asf(ByteSource& source, bool scan);
[[nodiscard]] Timeline read_ogg(ByteSource& source, bool scan);
[[nodiscard]] Timeline read_flac(ByteSource& source, bool scan);
[[nodiscard]] Timeline read_wav(ByteSource& source, bool scan);
/// MP3, ADTS, AC-3: frames one after the other.
[[nodiscard]] Timeline read_sound_frames(ByteSource& source, Container container, bool scan);

[[nodiscard]] NotIndexed damaged(std::string const& what);
[[nodiscard]] NotIndexed no_index(std::string const& what);

}  // namespace hls
