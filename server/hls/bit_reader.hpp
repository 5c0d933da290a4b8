// SPDX-License-Identifier: LGPL-2.1-or-later
// Bits of untrusted bytes, highest first. What lies behind the end is zero, and then ok() is false: headers can be read
// straight through and checked once, which GstBitReader (a check per field) can't.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace hls {

class BitReader {
 public:
  explicit BitReader(std::span<std::uint8_t const> bytes) : bytes_(bytes) {}

  /// At most 32 bits.
  std::uint32_t bits(int count) {
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 1 | next();
    return value;
  }
  bool flag() { return next() != 0; }
  void skip(std::size_t count) { at_ += count; }
  /// Exp-Golomb, unsigned (ISO/IEC 14496-10 9.1).
  std::uint32_t ue() {
    int zeros = 0;
    while (zeros < 31 && ok() && !flag()) ++zeros;
    return (std::uint32_t{1} << zeros) - 1 + bits(zeros);
  }
  [[nodiscard]] bool ok() const { return at_ <= bytes_.size() * 8; }
  [[nodiscard]] std::size_t left() const { return ok() ? bytes_.size() * 8 - at_ : 0; }

 private:
  std::uint32_t next() {
    auto const byte = at_ / 8;
    auto const bit = 7 - at_ % 8;
    ++at_;
    return byte < bytes_.size() ? bytes_[byte] >> bit & 1U : 0;
  }

  std::span<std::uint8_t const> bytes_;
  std::size_t at_ = 0;
};

}  // namespace hls
