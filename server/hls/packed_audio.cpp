// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/packed_audio.hpp"

#include "hls/aac_config.hpp"
#include "hls/byte_writer.hpp"
#include "hls/ticks.hpp"

#include <stdexcept>

namespace hls {
namespace {

/// An ID3v2.4 tag with one PRIV frame. Its sizes are below 128: as they are, and as "syncsafe" numbers.
void append_stamp(ByteWriter& out, std::int64_t time) {
  using namespace std::string_view_literals;
  constexpr auto owner = "com.apple.streaming.transportStreamTimestamp\0"sv;
  constexpr auto frame = owner.size() + 8;
  out.text("ID3\x04\0\0"sv);
  out.u32(frame + 10);
  out.text("PRIV");
  out.u32(frame);
  out.u16(0);
  out.text(owner);
  out.u64(static_cast<std::uint64_t>(time));
}

}  // namespace

bool packed_carries(Track const& track) {
  if (*packed_extension(track.codec) == 0) return false;
  if (track.codec != Codec::aac) return true;
  auto const config = aac_config(track.codec_data);
  return config && fits_adts(*config);
}

char const* packed_extension(Codec codec) {
  switch (codec) {
    case Codec::aac:
      return ".aac";
    case Codec::mp3:
      return ".mp3";
    case Codec::ac3:
      return ".ac3";
    case Codec::eac3:
      return ".ec3";
    default:
      return "";
  }
}

Bytes packed_audio(Samples const& samples) {
  if (!packed_carries(samples.track))
    throw std::invalid_argument(std::string("packed audio can't carry ") + name_of(samples.track.codec));
  auto const config = samples.track.codec == Codec::aac ? aac_config(samples.track.codec_data) : std::nullopt;
  Bytes bytes;
  ByteWriter out(bytes);
  append_stamp(out, ticks33(samples.units.empty() ? samples.end : samples.units.front().pts));
  for (auto const& unit : samples.units) {
    if (unit.data.empty() || (config && unit.data.size() > adts_most)) continue;
    if (config) append_adts(bytes, *config, unit.data.size());
    out.bytes(unit.data);
  }
  return bytes;
}

}  // namespace hls
