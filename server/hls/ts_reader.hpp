// SPDX-License-Identifier: LGPL-2.1-or-later
// The packets of a transport stream and the sections of its tables (ISO/IEC 13818-1 2.4), from any place of it on.
#pragma once

#include "hls/cursor.hpp"

#include <optional>
#include <span>

namespace hls {

/// How packets lie in the file: bare, behind a time code (Blu-ray), or before check bytes.
struct TsStride {
  std::int64_t first = 0;  ///< the first packet's sync byte: a recording may be cut off anywhere
  int bytes = 188;         ///< 188, 192, 204
  /// Bytes of a packet's share that stand before its sync byte: Blu-ray's time code.
  [[nodiscard]] int lead() const { return bytes == 192 ? 4 : 0; }
};
/// From the first 64 KiB.
[[nodiscard]] std::optional<TsStride> ts_stride(std::span<std::byte const> head);

struct TsPacket {
  int pid = 0;
  bool start = false, random_access = false;
  std::optional<std::int64_t> clock;  ///< PCR, 27 MHz
  std::span<std::byte const> payload;
};

/// Goes from packet to packet; finds the way back where something is missing.
class TsReader {
 public:
  /// `window`: bytes that are read at once.
  TsReader(ByteSource& source, TsStride const& stride, std::int64_t from, std::int64_t to,
           std::size_t window = std::size_t{64} * 1024);

  /// nullopt at the end. Valid until the next call.
  std::optional<TsPacket> next();
  /// Of the packet that came last.
  [[nodiscard]] std::int64_t position() const { return position_; }

 private:
  void resync();

  Cursor at_;
  TsStride stride_;
  std::int64_t to_, position_ = 0;
};

/// A table's section (2.4.4), gathered over packets. Sections are 1024 bytes at most.
class TsSection {
 public:
  /// The section from its table_id on, once it is whole.
  std::span<std::byte const> add(TsPacket const& packet);

 private:
  std::vector<std::byte> bytes_;
  bool begun_ = false;
};

}  // namespace hls
