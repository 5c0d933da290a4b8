// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/film.hpp"

#include <array>

namespace hls {
namespace {

struct Row {
  Codec codec;
  Kind kind;
  char const* name;
};

constexpr std::array rows{
    Row{Codec::unknown, Kind::video, "unknown"},
    Row{Codec::h264, Kind::video, "H.264"},
    Row{Codec::h265, Kind::video, "HEVC"},
    Row{Codec::vp8, Kind::video, "VP8"},
    Row{Codec::vp9, Kind::video, "VP9"},
    Row{Codec::av1, Kind::video, "AV1"},
    Row{Codec::mpeg2, Kind::video, "MPEG-2 video"},
    Row{Codec::mpeg4, Kind::video, "MPEG-4 part 2"},
    Row{Codec::wmv, Kind::video, "Windows Media Video"},
    Row{Codec::vc1, Kind::video, "VC-1"},
    Row{Codec::theora, Kind::video, "Theora"},
    Row{Codec::other_video, Kind::video, "unknown video"},
    Row{Codec::aac, Kind::audio, "AAC"},
    Row{Codec::mp3, Kind::audio, "MP3"},
    Row{Codec::mp2, Kind::audio, "MPEG layer 2"},
    Row{Codec::ac3, Kind::audio, "AC-3"},
    Row{Codec::eac3, Kind::audio, "E-AC-3"},
    Row{Codec::dts, Kind::audio, "DTS"},
    Row{Codec::truehd, Kind::audio, "TrueHD"},
    Row{Codec::opus, Kind::audio, "Opus"},
    Row{Codec::vorbis, Kind::audio, "Vorbis"},
    Row{Codec::flac, Kind::audio, "FLAC"},
    Row{Codec::alac, Kind::audio, "ALAC"},
    Row{Codec::pcm, Kind::audio, "PCM"},
    Row{Codec::wma, Kind::audio, "Windows Media Audio"},
    Row{Codec::other_audio, Kind::audio, "unknown sound"},
    Row{Codec::plain_text, Kind::text, "text"},
    Row{Codec::ass, Kind::text, "ASS"},
    Row{Codec::webvtt, Kind::text, "WebVTT"},
    Row{Codec::other_text, Kind::text, "pictures of text"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].codec != static_cast<Codec>(i)) return false;
  return true;
}
static_assert(in_order());

Row const& row_of(Codec codec) { return rows[static_cast<std::size_t>(codec)]; }

}  // namespace

Kind kind_of(Codec codec) { return row_of(codec).kind; }
char const* name_of(Codec codec) { return row_of(codec).name; }

Track const* pictures_of(std::vector<Track> const& tracks) {
  Track const* found = nullptr;
  for (auto const& track : tracks) {
    if (track.kind != Kind::video) continue;
    if (track.codec != Codec::other_video && track.codec != Codec::unknown) return &track;
    if (!found) found = &track;
  }
  return found;
}

}  // namespace hls
