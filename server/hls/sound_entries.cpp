// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/aac_config.hpp"
#include "hls/mp4_box.hpp"
#include "hls/nal_units.hpp"
#include "hls/sample_entries.hpp"
#include "hls/video_config.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace hls {
namespace {

using namespace std::string_view_literals;
using Span = std::span<std::uint8_t const>;

bool begins(Span bytes, std::string_view with) {
  return bytes.size() >= with.size() && std::equal(with.begin(), with.end(), bytes.begin());
}

/// A descriptor of 14496-1 7.2.2 with its size in four bytes.
template <class Body>
void descriptor(ByteWriter& out, Bytes& bytes, unsigned tag, Body body) {
  out.u8(tag);
  auto const at = out.position();
  out.u32(0);
  body();
  auto const size = out.position() - at - 4;
  for (unsigned i = 0; i < 4; ++i)
    bytes[at + i] = static_cast<std::uint8_t>((size >> (7 * (3 - i)) & 0x7f) | (i < 3 ? 0x80 : 0));
}

/// ES_Descriptor (14496-1 7.2.6.5; 14496-14 3.1.2).
void append_esds(ByteWriter& out, unsigned object_type, Bytes const& specific) {
  Bytes bytes;
  ByteWriter inner(bytes);
  descriptor(inner, bytes, 3, [&] {
    inner.u16(0);
    inner.u8(0);
    descriptor(inner, bytes, 4, [&] {
      inner.u8(object_type);
      inner.u8(0x15);  // sound
      inner.u24(0);
      inner.u32(0);
      inner.u32(0);
      if (!specific.empty()) descriptor(inner, bytes, 5, [&] { inner.bytes(specific); });
    });
    descriptor(inner, bytes, 6, [&] { inner.u8(2); });
  });
  full_box(out, "esds", 0, 0, [&] { out.bytes(bytes); });
}

/// OpusHead (RFC 7845 5.1) is little-endian, dOps (Encapsulation of Opus in ISO Base Media 4.3.2) big-endian.
void append_dops(ByteWriter& out, Track const& track) {
  Span const head(track.codec_data);
  box(out, "dOps", [&] {
    out.u8(0);
    if (head.size() < 19 || !begins(head, "OpusHead"sv)) {
      out.u8(track.channels > 0 ? std::min(track.channels, 2) : 2);
      out.u16(track.priming > 0 ? track.priming : 312);
      out.u32(48000);
      out.u16(0);
      out.u8(0);
      return;
    }
    out.u8(head[9]);
    out.u16(head[11] << 8 | head[10]);
    out.u32(std::uint32_t{head[15]} << 24 | head[14] << 16 | head[13] << 8 | head[12]);
    out.u16(head[17] << 8 | head[16]);
    auto const mapping = head.subspan(18);
    auto const size = std::size_t{1} + (head[18] == 0 ? 0 : 2 + head[9]);
    out.bytes(mapping.first(std::min(size, mapping.size())));
    out.zeros(size - std::min(size, mapping.size()));
  });
}

/// STREAMINFO's 34 bytes, wherever they lie: bare, after "fLaC", after Ogg's header, with or without a block's header.
std::optional<Span> stream_info(Span data) {
  constexpr std::size_t size = 34;
  if (begins(data,
             "\x7f"
             "FLAC"sv))
    data = data.subspan(std::min<std::size_t>(9, data.size()));
  if (begins(data, "fLaC"sv)) data = data.subspan(4);
  if (data.size() >= size + 4 && (data[0] & 0x7f) == 0 && data[1] == 0 && data[2] == 0 && data[3] == size)
    data = data.subspan(4);
  else if (data.size() != size)
    return std::nullopt;
  return data.first(size);
}

/// ALACSpecificConfig: bare, or in its box.
std::optional<Span> alac_config(Span data) {
  constexpr std::size_t size = 24;
  if (data.size() >= size + 12 && begins(data.subspan(4), "alac"sv)) data = data.subspan(12);
  if (data.size() < size) return std::nullopt;
  return data.first(size);
}

/// What the frames would say better: 448 kbit/s (192 for stereo), no dialogue kinds.
Bytes plain_dac3(Track const& track) {
  static constexpr std::array<unsigned, 7> modes{2, 1, 2, 3, 6, 7, 7};  // acmod by channels
  auto const acmod = modes[static_cast<std::size_t>(std::clamp(track.channels, 0, 6))];
  auto const fscod = track.sample_rate == 44100 ? 1U : track.sample_rate == 32000 ? 2U : 0U;
  Bytes bytes;
  ByteWriter(bytes).u24(fscod << 22 | 8U << 17 | acmod << 11 | (track.channels == 6 ? 1U : 0U) << 10 |
                        (track.channels > 2 ? 15U : 10U) << 5);
  return bytes;
}

Bytes plain_dec3(Track const& track) {
  auto const dac3 = plain_dac3(track);
  auto const acmod = dac3[1] >> 3 & 7U, lfe = dac3[1] >> 2 & 1U, fscod = dac3[0] >> 6 & 3U;
  Bytes bytes;
  ByteWriter out(bytes);
  out.u16(384 << 3);
  out.u16(fscod << 14 | 16U << 9 | acmod << 1 | lfe);
  out.u8(0);
  return bytes;
}

/// DTSSpecificBox (ETSI TS 102 114 E.2.2.3), of what is known: core only.
void append_ddts(ByteWriter& out, Track const& track) {
  box(out, "ddts", [&] {
    out.u32(static_cast<unsigned>(track.sample_rate));
    out.u32(1'536'000);
    out.u32(1'536'000);
    out.u8(24);
    unsigned const duration = track.frame_samples == 1024 ? 1 : track.frame_samples == 2048 ? 2 : 0;
    unsigned const layout = track.channels > 5 ? 0x0f : track.channels == 2 ? 0x02 : 0x01;
    // FrameDuration 2, StreamConstruction 5 (1: core), CoreLFEPresent 1, CoreLayout 6, CoreSize 14, StereoDownmix 1,
    // RepresentationType 3; then ChannelLayout 16, MultiAssetFlag, LBRDurationMod, Reserved.
    std::uint64_t const bits = std::uint64_t{duration} << 30 | 1U << 25 | (track.channels == 6 ? 1U : 0U) << 24 |
                               (track.channels > 5 ? 9U : 2U) << 18;
    out.u32(bits);
    out.u16(layout);
    out.u8(0);
  });
}

/// Bits of a sample: what the configuration says where it says so (Encapsulation of FLAC in ISOBMFF 3.3.2; Chromium
/// compares them), else 16 (14496-12 12.2.3).
unsigned sample_size(Track const& track) {
  if (track.codec == Codec::flac)
    if (auto const info = stream_info(track.codec_data)) return (((*info)[12] & 1U) << 4 | (*info)[13] >> 4) + 1U;
  if (track.codec == Codec::alac)
    if (auto const config = alac_config(track.codec_data)) return (*config)[5];
  return 16;
}

char const* entry_type(Codec codec) {
  switch (codec) {
    case Codec::ac3:
      return "ac-3";
    case Codec::eac3:
      return "ec-3";
    case Codec::opus:
      return "Opus";
    case Codec::flac:
      return "fLaC";
    case Codec::alac:
      return "alac";
    case Codec::dts:
      return "dtsc";
    default:
      return "mp4a";
  }
}

void append_configuration(ByteWriter& out, Track const& track) {
  switch (track.codec) {
    case Codec::aac:
      return append_esds(out, 0x40, track.codec_data);
    case Codec::mp3:
      return append_esds(out, track.sample_rate > 0 && track.sample_rate < 32000 ? 0x69 : 0x6b, {});
    case Codec::ac3:
      return box(out, "dac3", [&] { out.bytes(track.codec_data.size() == 3 ? track.codec_data : plain_dac3(track)); });
    case Codec::eac3:
      return box(out, "dec3", [&] { out.bytes(track.codec_data.size() >= 5 ? track.codec_data : plain_dec3(track)); });
    case Codec::opus:
      return append_dops(out, track);
    case Codec::flac:
      return full_box(out, "dfLa", 0, 0, [&] {
        out.u32(0x80000022);  // the last block, STREAMINFO, of 34 bytes
        out.bytes(*stream_info(track.codec_data));
      });
    case Codec::alac:
      return full_box(out, "alac", 0, 0, [&] { out.bytes(*alac_config(track.codec_data)); });
    default:
      return append_ddts(out, track);
  }
}

}  // namespace

bool has_sample_entry(Track const& track) {
  auto const& data = track.codec_data;
  switch (track.codec) {
    case Codec::h264:
    case Codec::h265:
      return nal_config(track.codec, data).has_value();
    case Codec::av1:
      return av1_config(track).has_value();
    case Codec::aac:
      return aac_config(data).has_value();
    case Codec::flac:
      return stream_info(data).has_value();
    case Codec::alac:
      return alac_config(data).has_value();
    case Codec::vp9:
    case Codec::mp3:
    case Codec::ac3:
    case Codec::eac3:
    case Codec::dts:
    case Codec::opus:
      return true;
    default:
      return false;
  }
}

void append_sound_entry(ByteWriter& out, Track const& track) {
  box(out, entry_type(track.codec), [&] {
    out.zeros(6);
    out.u16(1);
    out.zeros(8);
    out.u16(track.channels > 0 ? static_cast<unsigned>(track.channels) : 2);
    out.u16(sample_size(track));
    out.u32(0);
    auto const rate = track.codec == Codec::opus ? 48000 : track.sample_rate;
    out.u32(rate > 0xffff ? 0 : static_cast<std::uint32_t>(rate) << 16);
    append_configuration(out, track);
  });
}

}  // namespace hls
