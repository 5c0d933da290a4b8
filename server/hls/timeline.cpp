// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/timeline.hpp"

#include "hls/cursor.hpp"
#include "hls/timeline_readers.hpp"

#include <array>

namespace hls {
namespace {

using Read = Timeline (*)(ByteSource&, bool scan);

struct Row {
  Container container;
  char const* name;
  Read read;  ///< nullptr: by nothing
};

constexpr std::array rows{
    Row{Container::iso, "MP4", read_iso},
    Row{Container::fragmented_iso, "fragmented MP4", read_iso},
    Row{Container::matroska, "Matroska", read_matroska},
    Row{Container::avi, "AVI", read_avi},
    Row{Container::flv, "Flash Video", read_flv},
    Row{Container::mpeg_ts, "MPEG transport stream", read_mpeg_ts},
    Row{Container::mpeg_ps, "MPEG program stream", read_mpeg_ps},
    Row{Container::asf, "Windows Media", read_asf},
    Row{Container::ogg, "Ogg", read_ogg},
    Row{Container::mp3, "MP3", [](ByteSource& s, bool scan) { return read_sound_frames(s, Container::mp3, scan); }},
    Row{Container::adts, "AAC", [](ByteSource& s, bool scan) { return read_sound_frames(s, Container::adts, scan); }},
    Row{Container::flac, "FLAC", read_flac},
    Row{Container::wav, "WAV", read_wav},
    Row{Container::ac3, "AC-3", [](ByteSource& s, bool scan) { return read_sound_frames(s, Container::ac3, scan); }},
    Row{Container::other, "unknown", nullptr},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].container != static_cast<Container>(i)) return false;
  return rows.size() == static_cast<std::size_t>(Container::other) + 1;
}
static_assert(in_order());

Row const& row_of(Container container) { return rows.at(static_cast<std::size_t>(container)); }

}  // namespace

NotIndexed damaged(std::string const& what) {
  return {NotIndexed::Why::not_media, what, "Check the file: it may be incomplete, or no film at all."};
}

NotIndexed no_index(std::string const& what) {
  return {NotIndexed::Why::no_index, what, "Segments can be made when all of it is here."};
}

char const* name_of(Container container) { return row_of(container).name; }

Timeline read_timeline(ByteSource& source, Container container, bool scan) {
  auto const& row = row_of(container);
  if (source.size() == 0) throw damaged("The file is empty.");
  if (!row.read)
    throw NotIndexed(NotIndexed::Why::not_media, "This is no film or sound that is known here.",
                     "Another player may know it.");
  try {
    auto timeline = row.read(source, scan);
    if (timeline.end <= timeline.start ||
        (timeline.precision == Timeline::Precision::exact ? timeline.key_frames.empty() : timeline.grid <= Time(0)))
      throw damaged(std::string("There is nothing to play in this ") + row.name + " file.");
    return timeline;
  } catch (Truncated const&) {
    throw damaged(std::string("The index of this ") + row.name + " file ends too early.");
  }
}

}  // namespace hls
