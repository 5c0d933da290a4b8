// SPDX-License-Identifier: LGPL-2.1-or-later
// What a transport stream says of its streams: PAT, PMT, descriptors (ISO/IEC 13818-1 2.4.4, 2.6; ATSC A/53 part 3;
// ETSI EN 300 468).
#pragma once

#include "hls/film.hpp"

namespace hls {

inline constexpr int pat_pid = 0, pmt_pid = 0x1000, video_pid = 0x100;
inline constexpr std::size_t ts_most_sounds = 31;

struct TsStream {
  Track const* track = nullptr;
  int pid = 0;
  int stream_id = 0;  ///< of its PES packets (table 2-22)
};

/// Sections with their CRC.
[[nodiscard]] Bytes pat_section();
[[nodiscard]] Bytes pmt_section(std::vector<TsStream> const& streams, int pcr_pid);

/// stream_type (table 2-34); 0 = no player would know it.
[[nodiscard]] int ts_stream_type(Track const& track);
/// ISO 639-2 of a BCP 47 tag; empty = none.
[[nodiscard]] std::string language_639(std::string const& tag);

}  // namespace hls
