// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/vorbis_lengths.hpp"

#include "hls/sound_source.hpp"

#include <algorithm>

extern "C" {
#include <libavcodec/vorbis_parser.h>
}

namespace hls {

void VorbisLengths::Free::operator()(AVVorbisParseContext* parser) const { av_vorbis_parse_free(&parser); }

VorbisLengths::VorbisLengths(Track const& track) {
  auto const headers = sound_extradata(track);
  parser_.reset(av_vorbis_parse_init(headers.data(), static_cast<int>(headers.size())));
}

int VorbisLengths::samples_in(std::span<std::uint8_t const> packet) {
  if (!parser_ || packet.empty()) return 0;
  return std::max(av_vorbis_parse_frame(parser_.get(), packet.data(), static_cast<int>(packet.size())), 0);
}

void VorbisLengths::jump() {
  if (parser_) av_vorbis_parse_reset(parser_.get());
}

}  // namespace hls
