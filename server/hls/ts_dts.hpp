// SPDX-License-Identifier: LGPL-2.1-or-later
// DTS as Blu-ray's transport streams name it, for a demuxer that knows it by another number.
#pragma once

#include "hls/ts_program.hpp"

namespace hls {

/// `tables`: packets of `program`'s tables (table_packets()). Sound of the types 0x82, 0x85, 0x86 becomes 0x8a, which
/// tsdemux (1.22) takes for DTS. Elsewhere these numbers mean subtitles and splice points (SCTE 27, 35), so only where
/// `source` has a core of DTS (ETSI TS 102 114 5.3.1) at the begin of such a stream's packets.
void name_dts(std::vector<std::byte>& tables, TsProgram const& program, ByteSource& source, TsStride const& stride);

}  // namespace hls
