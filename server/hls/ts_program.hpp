// SPDX-License-Identifier: LGPL-2.1-or-later
// Which streams a transport stream holds (ISO/IEC 13818-1 2.4.4).
#pragma once

#include "hls/film.hpp"
#include "hls/ts_reader.hpp"

namespace hls {

struct TsProgram {
  int pid = -1;  ///< of its first film track, else sound
  Codec codec = Codec::unknown;
  int map = -1;              ///< PID of the table that tells of it
  int clock = -1;            ///< PID of its clock references
  std::vector<int> streams;  ///< PID and type of all that is in it
  friend bool operator==(TsProgram const&, TsProgram const&) = default;
};
/// The first program whose tables come within the first megabytes from `from` on.
[[nodiscard]] std::optional<TsProgram> ts_program(ByteSource& source, TsStride const& stride, std::int64_t from = 0);

/// The packets of the list of programs and of that program's map that come first from `from` on; none if there are
/// none.
[[nodiscard]] std::vector<std::byte> table_packets(ByteSource& source, TsStride const& stride, std::int64_t from);

/// Where its tables tell otherwise of a program for the first time in [from, to), and how.
struct TsChange {
  std::int64_t position = 0;
  TsProgram program;
};
[[nodiscard]] std::optional<TsChange> ts_change(ByteSource& source, TsStride const& stride, TsProgram const& program,
                                                std::int64_t from, std::int64_t to);

}  // namespace hls
