// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ts_slice.hpp"

#include "hls/cursor.hpp"
#include "hls/ts_clock.hpp"

#include <algorithm>
#include <utility>

namespace hls {
namespace {

constexpr std::size_t packet_size = 188;
constexpr std::byte sync_byte{0x47};
/// What is looked at together: where its packets begin depends on it alone, whatever is read in which order.
constexpr std::int64_t window_size = std::int64_t{32} * 1024;

/// A packet begins there, and two more behind it.
bool in_step(std::span<std::byte const> bytes, std::size_t at, std::size_t stride) {
  for (auto const i : {at, at + stride, at + 2 * stride})
    if (i < bytes.size() && bytes[i] != sync_byte) return false;
  return true;
}

}  // namespace

TsSlice::TsSlice(std::shared_ptr<ByteSource> slice, TsStride const& stride, TsProgram const& program,
                 std::int64_t tables, std::int64_t clock)
    : slice_(std::move(slice)),
      stride_(static_cast<std::size_t>(stride.bytes)),
      map_(program.map),
      clock_pid_(program.clock),
      tables_(tables),
      clock_(((clock % ts_wrap) + ts_wrap) % ts_wrap) {}

std::size_t TsSlice::read(std::int64_t offset, std::span<std::byte> into) {
  std::size_t done = 0;
  while (done < into.size()) {
    auto const position = offset + static_cast<std::int64_t>(done);
    if (auto const begin = position / window_size * window_size; begin != window_) load(begin);
    auto const inside = static_cast<std::size_t>(position - window_);
    if (inside >= bytes_.size()) break;
    auto const count = std::min(bytes_.size() - inside, into.size() - done);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(inside), count,
                into.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
  }
  return done;
}

/// With packets that reach over its edges.
void TsSlice::load(std::int64_t begin) {
  window_ = -1;  // the read may throw
  auto const from = std::max<std::int64_t>(begin - static_cast<std::int64_t>(stride_), 0);
  auto const before = static_cast<std::size_t>(begin - from);
  bytes_ = read_bytes(*slice_, from, before + static_cast<std::size_t>(window_size) + stride_);
  for (std::size_t i = 0; i + packet_size <= bytes_.size();) {
    if (!in_step(bytes_, i, stride_)) {
      ++i;
      continue;
    }
    if (from + static_cast<std::int64_t>(i) >= tables_) calm(std::span(bytes_).subspan(i, packet_size));
    i += stride_;
  }
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(std::min(before, bytes_.size())));
  bytes_.resize(std::min(bytes_.size(), static_cast<std::size_t>(window_size)));
  window_ = begin;
}

/// ISO/IEC 13818-1 2.4.3.
void TsSlice::calm(std::span<std::byte> packet) const {
  auto const u8 = [&](std::size_t i) { return std::to_integer<int>(packet[i]); };
  int const pid = (u8(1) & 0x1f) << 8 | u8(2);
  if (tables_ > 0 && (pid == 0 || pid == map_)) {  // a null packet
    packet[1] = std::byte{0x1f};
    packet[2] = std::byte{0xff};
    return;
  }
  bool const referred = (u8(3) & 0x20) != 0 && u8(4) >= 7 && (u8(5) & 0x10) != 0;
  if (pid != clock_pid_ || !referred) return;
  packet[5] &= std::byte{0x7f};  // no discontinuity
  auto const base = static_cast<std::uint64_t>(clock_);
  for (std::size_t i = 0; i < 4; ++i) packet[6 + i] = static_cast<std::byte>(base >> (25 - 8 * i));
  packet[10] = static_cast<std::byte>((base & 1) << 7 | 0x7e);
  packet[11] = std::byte{0};
}

}  // namespace hls
