// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/cmaf_writer.hpp"

#include "hls/mp4_box.hpp"
#include "hls/nal_units.hpp"
#include "hls/sample_entries.hpp"
#include "hls/ticks.hpp"
#include "hls/ts_tables.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <string>

namespace hls {
namespace {

constexpr int video_scale = 90'000;
constexpr std::uint32_t sync = 0x02000000, intra = 0x02010000, other = 0x01010000;  // 14496-12 8.8.3.1

int scale_of(Track const& track) {
  if (track.kind == Kind::video) return video_scale;
  if (track.codec == Codec::opus) return 48'000;  // whatever went into the encoder
  return track.sample_rate > 0 ? track.sample_rate : 48'000;
}

void check(Track const& track) {
  if (!cmaf_carries(track)) throw std::invalid_argument(std::string("fMP4 can't carry ") + name_of(track.codec));
}

/// Turns the picture upright, clockwise (8.3.2: 16.16, the last column 2.30).
void append_matrix(ByteWriter& out, Track const& track, unsigned width, unsigned height) {
  constexpr std::uint32_t one = 0x10000, minus = 0xffff0000;
  std::array<std::uint32_t, 9> matrix{one, 0, 0, 0, one, 0, 0, 0, 0x40000000};
  if (track.rotation == 90) matrix = {0, one, 0, minus, 0, 0, height << 16, 0, 0x40000000};
  if (track.rotation == 180) matrix = {minus, 0, 0, 0, minus, 0, width << 16, height << 16, 0x40000000};
  if (track.rotation == 270) matrix = {0, minus, 0, one, 0, 0, 0, width << 16, 0x40000000};
  for (auto const value : matrix) out.u32(value);
}

void append_track_header(ByteWriter& out, Track const& track, unsigned id) {
  bool const video = track.kind == Kind::video;
  auto const height = static_cast<unsigned>(std::clamp(track.height, 0, 0xffff));
  auto const shown = track.pixel_width > 0 && track.pixel_height > 0
                         ? std::int64_t{track.width} * track.pixel_width / track.pixel_height
                         : track.width;
  auto const width = static_cast<unsigned>(std::clamp<std::int64_t>(shown, 0, 0xffff));
  full_box(out, "tkhd", 0, 7, [&] {
    out.u64(0);
    out.u32(id);
    out.zeros(16);
    out.u32(0);
    out.u16(video ? 0 : 0x100);
    out.u16(0);
    append_matrix(out, track, width, height);
    out.u32(video ? width << 16 : 0);
    out.u32(video ? height << 16 : 0);
  });
}

/// Three letters in 15 bits (8.4.2).
unsigned packed_language(std::string const& tag) {
  auto code = language_639(tag);
  if (code.size() != 3) code = "und";
  unsigned packed = 0;
  for (char const letter : code) packed = packed << 5 | (static_cast<unsigned>(letter) - 0x60);
  return packed;
}

void append_media(ByteWriter& out, Track const& track) {
  bool const video = track.kind == Kind::video;
  full_box(out, "mdhd", 0, 0, [&] {
    out.u64(0);
    out.u32(static_cast<unsigned>(scale_of(track)));
    out.u32(0);
    out.u16(packed_language(track.language));
    out.u16(0);
  });
  full_box(out, "hdlr", 0, 0, [&] {
    out.u32(0);
    out.text(video ? "vide" : "soun");
    out.zeros(12 + 1);
  });
  box(out, "minf", [&] {
    if (video)
      full_box(out, "vmhd", 0, 1, [&] { out.u64(0); });
    else
      full_box(out, "smhd", 0, 0, [&] { out.u32(0); });
    box(out, "dinf", [&] {
      full_box(out, "dref", 0, 0, [&] {
        out.u32(1);
        full_box(out, "url ", 0, 1, [] {});
      });
    });
    box(out, "stbl", [&] {
      full_box(out, "stsd", 0, 0, [&] {
        out.u32(1);
        video ? append_video_entry(out, track) : append_sound_entry(out, track);
      });
      for (auto const* empty : {"stts", "stsc", "stco"}) full_box(out, empty, 0, 0, [&] { out.u32(0); });
      full_box(out, "stsz", 0, 0, [&] { out.u64(0); });
    });
  });
}

std::uint32_t sample_flags(Track const& track, AccessUnit const& unit, bool first) {
  if (track.kind != Kind::video) return sync;
  if (!unit.key && !first) return other;
  if (track.codec != Codec::h264 && track.codec != Codec::h265) return unit.key ? sync : other;
  // A segment can be entered at its first picture, of whatever kind; elsewhere the kind of picture counts.
  if (first) return sync;
  auto const config = nal_config(track.codec, track.codec_data);
  for (auto const nal : nals(unit.data, config ? config->length_size : 4))
    if (is_slice(track.codec, nal)) return is_sync(track.codec, nal) ? sync : intra;
  return other;
}

/// One `traf`; gives where its data offset stands.
std::size_t append_fragment(ByteWriter& out, Samples const& samples, unsigned id) {
  auto const& track = samples.track;
  bool const video = track.kind == Kind::video;
  auto const scale = scale_of(track);
  auto const decode = [&](AccessUnit const& unit) { return ticks(video ? unit.dts : unit.pts, scale); };
  std::size_t offset_at = 0;
  box(out, "traf", [&] {
    full_box(out, "tfhd", 0, 0x020000 | 0x20, [&] {  // offsets count from the moof; flags of all samples
      out.u32(id);
      out.u32(video ? other : sync);
    });
    auto time = std::max<std::int64_t>(decode(samples.units.front()), 0);
    full_box(out, "tfdt", 1, 0, [&] { out.u64(static_cast<std::uint64_t>(time)); });
    full_box(out, "trun", 1, video ? 0xf01 : 0x301, [&] {
      out.u32(samples.units.size());
      offset_at = out.position();
      out.u32(0);
      for (std::size_t i = 0; i < samples.units.size(); ++i) {
        auto const& unit = samples.units[i];
        auto const next = i + 1 < samples.units.size() ? decode(samples.units[i + 1]) : ticks(samples.end, scale);
        // Where a damaged film's times stand still or go back, the line goes on by the least.
        auto const duration = std::clamp<std::int64_t>(next - time, 1, std::numeric_limits<std::int32_t>::max());
        out.u32(static_cast<std::uint64_t>(duration));
        out.u32(unit.data.size());
        if (video) {
          out.u32(sample_flags(track, unit, i == 0));
          auto const offset =
              std::clamp<std::int64_t>(ticks(unit.pts, scale) - time, std::numeric_limits<std::int32_t>::min(),
                                       std::numeric_limits<std::int32_t>::max());
          out.u32(static_cast<std::uint64_t>(offset));
        }
        time += duration;
      }
    });
  });
  return offset_at;
}

}  // namespace

bool cmaf_carries(Track const& track) { return track.kind != Kind::text && has_sample_entry(track); }

Bytes cmaf_init(std::vector<Track> const& tracks) {
  Bytes bytes;
  ByteWriter out(bytes);
  bool av1 = false;
  for (auto const& track : tracks) {
    check(track);
    av1 = av1 || track.codec == Codec::av1;
  }
  box(out, "ftyp", [&] {
    bool const cmaf = tracks.size() == 1;  // 23000-19 7.3.1: one track each
    out.text(cmaf ? "cmf2" : "iso6");
    out.u32(0);
    out.text(cmaf ? "cmf2cmfciso6mp41" : "iso6mp41");
    if (av1) out.text("av01");
  });
  box(out, "moov", [&] {
    full_box(out, "mvhd", 0, 0, [&] {
      out.u64(0);
      out.u32(1000);
      out.u32(0);
      out.u32(0x10000);
      out.u16(0x100);
      out.zeros(10);
      append_matrix(out, {}, 0, 0);
      out.zeros(24);
      out.u32(tracks.size() + 1);
    });
    for (unsigned i = 0; i < tracks.size(); ++i) {
      box(out, "trak", [&] {
        append_track_header(out, tracks[i], i + 1);
        box(out, "mdia", [&] { append_media(out, tracks[i]); });
      });
    }
    box(out, "mvex", [&] {
      for (unsigned i = 0; i < tracks.size(); ++i) {
        full_box(out, "trex", 0, 0, [&] {
          out.u32(i + 1);
          out.u32(1);
          out.zeros(12);
        });
      }
    });
  });
  return bytes;
}

Bytes cmaf_segment(std::uint32_t sequence, Cut const& cut) {
  std::size_t size = 0;
  for (auto const& samples : cut) {
    check(samples.track);
    for (auto const& unit : samples.units) size += unit.data.size() + 16;
  }
  Bytes bytes;
  bytes.reserve(size + 1024);
  ByteWriter out(bytes);
  box(out, "styp", [&] {
    out.text("msdh");
    out.u32(0);
    out.text("msdhcmfs");
  });
  auto const moof = out.position();
  std::vector<std::size_t> offsets(cut.size());
  box(out, "moof", [&] {
    full_box(out, "mfhd", 0, 0, [&] { out.u32(std::uint64_t{sequence} + 1); });
    for (std::size_t i = 0; i < cut.size(); ++i)
      if (!cut[i].units.empty()) offsets[i] = append_fragment(out, cut[i], static_cast<unsigned>(i + 1));
  });
  box(out, "mdat", [&] {
    for (std::size_t i = 0; i < cut.size(); ++i) {
      if (cut[i].units.empty()) continue;
      out.patch32(offsets[i], out.position() - moof);
      for (auto const& unit : cut[i].units) out.bytes(unit.data);
    }
  });
  return bytes;
}

}  // namespace hls
