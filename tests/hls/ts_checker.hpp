// SPDX-License-Identifier: LGPL-2.1-or-later
// A strict reader of transport streams: what ISO/IEC 13818-1 forbids fails the test.
#pragma once

#include "hls/film.hpp"

#include <map>
#include <optional>
#include <vector>

namespace hls_test {

struct TsPes {
  int stream_id = 0;
  std::int64_t pts = 0, dts = 0;
  hls::Bytes payload;
};
struct TsStreamSeen {
  int type = 0;
  hls::Bytes descriptors;
  std::vector<TsPes> packets;
};
struct TsSeen {
  int pcr_pid = -1;
  std::map<int, TsStreamSeen> streams;
  std::vector<std::int64_t> pcrs;  ///< base only
};
/// Several segments in a row: sync, counters over the joints, CRCs, stuffing, PCRs that never go back (but by the wrap)
/// nor pause for more than 100 ms, nor come after what they are the clock of.
TsSeen check_ts(std::vector<hls::Bytes> const& segments);

}  // namespace hls_test
