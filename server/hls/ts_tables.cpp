// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ts_tables.hpp"

#include "hls/byte_writer.hpp"
#include "hls/caps_field.hpp"
#include "hls/ts_packets.hpp"

#include <gst/tag/tag.h>

#include <algorithm>

namespace hls {
namespace {

/// Section syntax (2.4.4.10) around what `body` writes.
template <class Body>
Bytes section(int table, Body body) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(static_cast<unsigned>(table));
  out.u16(0);  // length, below
  out.u16(1);  // of the transport stream, or program
  out.u8(0xc1);
  out.u16(0);
  body(out);
  auto const length = bytes.size() - 3 + 4;
  bytes[1] = static_cast<std::uint8_t>(0xb0 | length >> 8);
  bytes[2] = static_cast<std::uint8_t>(length);
  out.u32(crc32_mpeg(bytes.data(), bytes.size()));
  return bytes;
}

void registration(ByteWriter& out, char const* name) {
  out.u8(0x05);
  out.u8(4);
  out.text(name);
}

char const* dts_registration(Track const& track) {
  if (track.frame_samples == 1024) return "DTS2";
  if (track.frame_samples == 2048) return "DTS3";
  return "DTS1";
}

/// AC-3 as ATSC names it (stream type and registration), with DVB's descriptors for those who look for these.
void codec_descriptors(ByteWriter& out, Track const& track) {
  switch (track.codec) {
    case Codec::h265:
      registration(out, "HEVC");
      break;
    case Codec::ac3:
      registration(out, "AC-3");
      out.u24(0x6a0100);
      break;
    case Codec::eac3:
      registration(out, "EAC3");
      out.u24(0x7a0100);
      break;
    case Codec::dts:
      registration(out, dts_registration(track));
      break;
    default:
      break;
  }
}

Bytes descriptors(Track const& track) {
  Bytes bytes;
  ByteWriter out(bytes);
  codec_descriptors(out, track);
  auto const language = track.kind == Kind::audio ? language_639(track.language) : std::string();
  if (!language.empty()) {
    out.u16(0x0a04);
    out.text(language);
    out.u8(0);
  }
  return bytes;
}

}  // namespace

Bytes pat_section() {
  return section(0x00, [](ByteWriter& out) {
    out.u16(1);
    out.u16(0xe000 | pmt_pid);
  });
}

Bytes pmt_section(std::vector<TsStream> const& streams, int pcr_pid) {
  return section(0x02, [&](ByteWriter& out) {
    out.u16(0xe000U | static_cast<unsigned>(pcr_pid));
    out.u16(0xf000);
    for (auto const& stream : streams) {
      auto const about = descriptors(*stream.track);
      out.u8(static_cast<unsigned>(ts_stream_type(*stream.track)));
      out.u16(0xe000U | static_cast<unsigned>(stream.pid));
      out.u16(0xf000U | about.size());
      out.bytes(about);
    }
  });
}

int ts_stream_type(Track const& track) {
  bool const low_rate = track.sample_rate > 0 && track.sample_rate < 32000;  // MPEG-2's half rates
  switch (track.codec) {
    case Codec::h264:
      return 0x1b;
    case Codec::h265:
      return 0x24;
    case Codec::mpeg2:
      return caps_field(track, "mpegversion") == "1" ? 0x01 : 0x02;
    case Codec::aac:
      return 0x0f;
    case Codec::mp3:
    case Codec::mp2:
      return low_rate ? 0x04 : 0x03;
    case Codec::ac3:
      return 0x81;
    case Codec::eac3:
      return 0x87;
    case Codec::dts:
      return 0x06;  // private data: 0x82 is DTS in Blu-ray's streams only
    default:
      return 0;
  }
}

std::string language_639(std::string const& tag) {
  auto const primary = tag.substr(0, tag.find_first_of("-_"));
  auto const* code = gst_tag_get_language_code_iso_639_2T(primary.c_str());
  if (code != nullptr) return code;
  bool const three =
      primary.size() == 3 && std::all_of(primary.begin(), primary.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return three && primary != "und" ? primary : std::string();
}

}  // namespace hls
