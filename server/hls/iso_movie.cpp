// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/iso_movie.hpp"

#include <algorithm>

namespace hls {
namespace {

constexpr std::size_t most_tracks = 200;
constexpr std::size_t most_edits = 1000;
constexpr std::int64_t largest_config = 4096;

/// A time or duration of version 0 or 1; all ones = unknown.
std::int64_t long_or_short(Cursor& at, int version) {
  if (version != 1) {
    auto const value = at.be32();
    return value == UINT32_MAX ? 0 : value;
  }
  auto const value = at.be64();
  return value > INT64_MAX ? 0 : static_cast<std::int64_t>(value);
}

/// 8.2.2, 8.4.2: mvhd and mdhd begin alike.
void read_header(ByteSource& source, Box const& box, std::uint32_t& clock, std::int64_t& duration) {
  Cursor at(source, box.begin, box.end, Cursor::small);
  auto const version = full_box(at);
  at.skip(version == 1 ? 16 : 8);
  clock = at.be32();
  duration = long_or_short(at, version);
}

/// 8.3.2. The matrix's upper left four numbers tell how it is turned: (a b; c d).
void read_track_header(ByteSource& source, Box const& box, IsoTrack& track) {
  Cursor at(source, box.begin, box.end, 128);
  std::uint32_t flags = 0;
  auto const version = full_box(at, &flags);
  track.enabled = (flags & 1) != 0;
  at.skip(version == 1 ? 16 : 8);
  track.id = at.be32();
  at.skip(4 + (version == 1 ? 8 : 4) + 16);
  auto const a = static_cast<std::int32_t>(at.be32()), b = static_cast<std::int32_t>(at.be32());
  at.skip(4);
  auto const c = static_cast<std::int32_t>(at.be32()), d = static_cast<std::int32_t>(at.be32());
  if (a == 0 && d == 0 && b > 0 && c < 0) track.rotation = 90;
  if (b == 0 && c == 0 && a < 0 && d < 0) track.rotation = 180;
  if (a == 0 && d == 0 && b < 0 && c > 0) track.rotation = 270;
}

void read_edits(ByteSource& source, Box const& box, IsoTrack& track) {
  Cursor at(source, box.begin, box.end, 4096);
  auto const version = full_box(at);
  auto const count = at.be32();
  for (std::uint32_t i = 0; i < count && track.edits.size() < most_edits && at.left() >= (version == 1 ? 20 : 12);
       ++i) {
    Edit edit;
    edit.duration = long_or_short(at, version);
    edit.media_time = version == 1 ? static_cast<std::int64_t>(at.be64()) : static_cast<std::int32_t>(at.be32());
    auto const rate = at.be32();
    if (edit.media_time < 0 || rate == 0) edit.media_time = -1;  // a dwell shows one picture: nothing new
    edit.media_time = std::min<std::int64_t>(edit.media_time, INT64_C(1) << 60);
    track.edits.push_back(edit);
  }
}

/// 8.5.2; AV1-ISOBMFF 2.3: av1C lies behind the 78 bytes of a visual sample entry.
void read_sample_entry(ByteSource& source, Box const& stsd, IsoTrack& track) {
  constexpr std::int64_t visual = 78;
  each_box(source, stsd.begin + 8, stsd.end, [&](Box const& entry) {
    track.format = entry.type;
    if (entry.type != fourcc("av01")) return false;
    each_box(source, entry.begin + visual, entry.end, [&](Box const& box) {
      if (box.type != fourcc("av1C") || box.end - box.begin > largest_config) return true;
      auto const config =
          Cursor(source, box.begin, box.end, Cursor::large).text(static_cast<std::size_t>(box.end - box.begin));
      track.av1_config.assign(config.begin(), config.end());
      return false;
    });
    return false;
  });
}

void read_table_places(ByteSource& source, Box const& stbl, IsoTrack& track) {
  each_box(source, stbl, [&](Box const& box) {
    switch (box.type) {
      case fourcc("stsd"):
        read_sample_entry(source, box, track);
        break;
      case fourcc("stts"):
        track.stts = box;
        break;
      case fourcc("ctts"):
        track.ctts = box;
        break;
      case fourcc("stss"):
        track.stss = box;
        break;
      case fourcc("stsc"):
        track.stsc = box;
        break;
      case fourcc("stsz"):
      case fourcc("stz2"):
        track.stsz = box;
        break;
      case fourcc("stco"):
      case fourcc("co64"):
        track.stco = box;
        break;
      default:
        break;
    }
    return true;
  });
}

void read_media(ByteSource& source, Box const& mdia, IsoTrack& track) {
  each_box(source, mdia, [&](Box const& box) {
    if (box.type == fourcc("mdhd")) {
      std::int64_t duration = 0;
      read_header(source, box, track.clock, duration);
    } else if (box.type == fourcc("hdlr")) {
      Cursor at(source, box.begin, box.end, Cursor::small);
      at.skip(8);
      auto const handler = at.be32();
      if (handler == fourcc("vide")) track.kind = Kind::video;
      if (handler == fourcc("soun")) track.kind = Kind::audio;
    } else if (box.type == fourcc("minf")) {
      each_box(source, box, [&](Box const& inner) {
        if (inner.type == fourcc("stbl")) read_table_places(source, inner, track);
        return true;
      });
    }
    return true;
  });
}

IsoTrack read_track(ByteSource& source, Box const& trak) {
  IsoTrack track;
  each_box(source, trak, [&](Box const& box) {
    if (box.type == fourcc("tkhd")) read_track_header(source, box, track);
    if (box.type == fourcc("mdia")) read_media(source, box, track);
    if (box.type == fourcc("edts"))
      each_box(source, box, [&](Box const& inner) {
        if (inner.type == fourcc("elst")) read_edits(source, inner, track);
        return true;
      });
    return true;
  });
  return track;
}

/// 8.8.1: trex and mehd. Comes after the tracks or before.
void read_extends(ByteSource& source, Box const& mvex, IsoMovie& movie, std::vector<IsoTrack>& defaults) {
  movie.fragmented = true;
  each_box(source, mvex, [&](Box const& box) {
    Cursor at(source, box.begin, box.end, Cursor::small);
    if (box.type == fourcc("mehd")) {
      auto const duration = long_or_short(at, full_box(at));
      if (duration) movie.duration = duration;
    } else if (box.type == fourcc("trex") && defaults.size() < most_tracks) {
      full_box(at);
      IsoTrack track;
      track.id = at.be32();
      at.skip(4);
      track.default_duration = at.be32();
      track.default_size = at.be32();
      track.default_flags = at.be32();
      defaults.push_back(track);
    }
    return true;
  });
}

bool still(IsoTrack const& track) {
  return track.format == fourcc("jpeg") || track.format == fourcc("png ") || track.format == fourcc("mjpa");
}

}  // namespace

IsoMovie read_movie(ByteSource& source, Box const& moov) {
  IsoMovie movie;
  std::vector<IsoTrack> defaults;
  each_box(source, moov, [&](Box const& box) {
    if (box.type == fourcc("mvhd")) {
      std::int64_t duration = 0;
      read_header(source, box, movie.clock, duration);
      if (!movie.duration) movie.duration = duration;
    } else if (box.type == fourcc("trak") && movie.tracks.size() < most_tracks) {
      movie.tracks.push_back(read_track(source, box));
    } else if (box.type == fourcc("mvex")) {
      read_extends(source, box, movie, defaults);
    }
    return true;
  });
  for (auto const& found : defaults)
    for (auto& track : movie.tracks)
      if (track.id == found.id) {
        track.default_duration = found.default_duration;
        track.default_size = found.default_size;
        track.default_flags = found.default_flags;
      }
  return movie;
}

IsoTrack const* main_track(IsoMovie const& movie) {
  auto const first = [&](auto fits) -> IsoTrack const* {
    auto const found = std::find_if(movie.tracks.begin(), movie.tracks.end(), [&](IsoTrack const& track) {
      return track.clock > 0 && track.stts && fits(track);
    });
    return found == movie.tracks.end() ? nullptr : &*found;
  };
  if (auto const* film = first([](auto& t) { return t.kind == Kind::video && t.enabled && !still(t); })) return film;
  if (auto const* film = first([](auto& t) { return t.kind == Kind::video && !still(t); })) return film;
  if (auto const* sound = first([](auto& t) { return t.kind == Kind::audio; })) return sound;
  return first([](auto& t) { return t.kind == Kind::video; });
}

}  // namespace hls
