// SPDX-License-Identifier: LGPL-2.1-or-later
// Numbers out of a stretch of a film's bytes. What lies beyond the stretch is never touched.
#pragma once

#include "hls/byte_source.hpp"

#include <string>
#include <vector>

namespace hls {

/// The bytes end before what they announce.
struct Truncated : std::runtime_error {
  Truncated() : std::runtime_error("the data ends too early") {}
};

/// Reads ahead by its window only. All but the constructor throw what the source throws; Truncated at the end.
class Cursor {
 public:
  static constexpr std::size_t small = 64;         ///< a header here, a header there
  static constexpr std::size_t large = 32 * 1024;  ///< tables, read to their end
  static constexpr std::int64_t to_end = INT64_MAX;

  explicit Cursor(ByteSource& source, std::int64_t begin = 0, std::int64_t end = to_end, std::size_t window = large);

  [[nodiscard]] std::int64_t position() const { return position_; }
  [[nodiscard]] std::int64_t end() const { return end_; }
  [[nodiscard]] std::int64_t left() const { return end_ - position_; }
  [[nodiscard]] ByteSource& source() const { return *source_; }
  /// Both stop at the end; backwards only within the file.
  void seek(std::int64_t position);
  void skip(std::int64_t bytes);

  /// The next bytes, without going on; fewer only at the end. `count` <= window.
  [[nodiscard]] std::span<std::byte const> peek(std::size_t count);
  std::uint8_t u8() { return static_cast<std::uint8_t>(big(1)); }
  std::uint16_t be16() { return static_cast<std::uint16_t>(big(2)); }
  std::uint32_t be24() { return static_cast<std::uint32_t>(big(3)); }
  std::uint32_t be32() { return static_cast<std::uint32_t>(big(4)); }
  std::uint64_t be64() { return big(8); }
  std::uint16_t le16() { return static_cast<std::uint16_t>(little(2)); }
  std::uint32_t le32() { return static_cast<std::uint32_t>(little(4)); }
  std::uint64_t le64() { return little(8); }
  std::uint64_t big(std::size_t bytes);
  std::uint64_t little(std::size_t bytes);
  std::string text(std::size_t bytes);

 private:
  std::span<std::byte const> need(std::size_t count);

  ByteSource* source_;
  std::int64_t position_, end_;
  std::size_t window_;
  std::vector<std::byte> buffer_;
  std::int64_t buffer_at_ = 0;
};

/// 0 behind the end.
[[nodiscard]] inline std::uint8_t u8(std::span<std::byte const> bytes, std::size_t i) {
  return i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0;
}

/// `bytes` of the file from `offset` on, or what there is of them.
[[nodiscard]] std::vector<std::byte> read_bytes(ByteSource& source, std::int64_t offset, std::size_t bytes);

}  // namespace hls
