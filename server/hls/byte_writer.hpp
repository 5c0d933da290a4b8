// SPDX-License-Identifier: LGPL-2.1-or-later
// Big-endian numbers appended to bytes: what all formats here are made of.
#pragma once

#include "hls/film.hpp"

#include <span>
#include <string_view>

namespace hls {

class ByteWriter {
 public:
  explicit ByteWriter(Bytes& to) : to_(to) {}

  void u8(std::uint64_t value) { to_.push_back(static_cast<std::uint8_t>(value)); }
  void u16(std::uint64_t value) { number(value, 2); }
  void u24(std::uint64_t value) { number(value, 3); }
  void u32(std::uint64_t value) { number(value, 4); }
  void u64(std::uint64_t value) { number(value, 8); }
  void zeros(std::size_t count) { to_.resize(to_.size() + count); }
  void text(std::string_view text) { to_.insert(to_.end(), text.begin(), text.end()); }
  void bytes(std::span<std::uint8_t const> bytes) { to_.insert(to_.end(), bytes.begin(), bytes.end()); }

  [[nodiscard]] std::size_t position() const { return to_.size(); }
  /// Writes over four bytes that are there already.
  void patch32(std::size_t at, std::uint64_t value) {
    for (int i = 0; i < 4; ++i)
      to_.at(at + static_cast<std::size_t>(i)) = static_cast<std::uint8_t>(value >> (24 - 8 * i));
  }

 private:
  void number(std::uint64_t value, int size) {
    for (int i = size - 1; i >= 0; --i) u8(value >> (8 * i));
  }

  Bytes& to_;
};

}  // namespace hls
