// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/picture_start.hpp"

namespace hls {
namespace {

std::uint8_t at(std::span<std::byte const> bytes, std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); }

/// Exp-Golomb (H.264 9.1) at the front of a slice header; a few bits, in which no emulation prevention falls.
class Bits {
 public:
  explicit Bits(std::span<std::byte const> bytes) : bytes_(bytes) {}
  std::uint32_t ue() {
    int zeros = 0;
    while (zeros < 31 && !bit()) ++zeros;
    std::uint32_t value = 0;
    for (int i = 0; i < zeros; ++i) value = value << 1 | bit();
    return (1U << zeros) - 1 + value;
  }

 private:
  std::uint32_t bit() {
    auto const i = place_++;
    return i / 8 < bytes_.size() ? at(bytes_, i / 8) >> (7 - i % 8) & 1U : 1U;
  }
  std::span<std::byte const> bytes_;
  std::size_t place_ = 0;
};

/// H.264 7.3.2.3: messages until one is a recovery point.
bool has_recovery_point(std::span<std::byte const> sei) {
  constexpr std::uint32_t recovery_point = 6;
  std::size_t i = 0;
  auto const number = [&] {
    std::uint32_t value = 0;
    while (i < sei.size() && at(sei, i) == 0xff) value += at(sei, i++);
    return i < sei.size() ? value + at(sei, i++) : value;
  };
  while (i + 1 < sei.size()) {
    if (number() == recovery_point) return true;
    i += number();
  }
  return false;
}

struct H264 {
  bool parameters = false, recovery = false;
  std::optional<bool> unit(std::span<std::byte const> nal) {
    switch (at(nal, 0) & 0x1f) {
      case 5:
        return true;
      case 7:
        parameters = true;
        break;
      case 6:
        recovery = recovery || has_recovery_point(nal.subspan(1));
        break;
      case 1:
      case 2: {
        if (recovery) return true;
        if (nal.size() < 6) return std::nullopt;
        Bits bits(nal.subspan(1));
        bits.ue();  // first_mb_in_slice
        return parameters && bits.ue() % 5 == 2;
      }
      default:
        break;
    }
    return std::nullopt;
  }
};

struct H265 {
  std::optional<bool> unit(std::span<std::byte const> nal) {
    auto const type = at(nal, 0) >> 1 & 0x3f;
    if (type < 32) return type >= 16 && type <= 23;  // intra random access pictures
    return std::nullopt;
  }
};

/// ISO/IEC 13818-2 6.2.3: an I picture behind a sequence header or a GOP's.
struct Mpeg2 {
  bool header = false;
  std::optional<bool> unit(std::span<std::byte const> unit) {
    auto const code = at(unit, 0);
    if (code == 0xb3 || code == 0xb8) header = true;
    if (code != 0x00) return std::nullopt;
    if (unit.size() < 3) return std::nullopt;
    return header && (at(unit, 2) >> 3 & 7) == 1;
  }
};

struct Mpeg4 {
  std::optional<bool> unit(std::span<std::byte const> unit) {
    if (at(unit, 0) != 0xb6 || unit.size() < 2) return std::nullopt;
    return at(unit, 1) >> 6 == 0;
  }
};

/// SMPTE 421M annex E: an entry point or sequence header comes before a frame that one can begin at.
struct Vc1 {
  std::optional<bool> unit(std::span<std::byte const> unit) {
    auto const code = at(unit, 0);
    if (code == 0x0f || code == 0x0e) return true;
    if (code == 0x0d) return false;
    return std::nullopt;
  }
};

/// Calls `visit` with what is behind each start code, up to the next one, until it gives false.
template <class Visit>
void each_unit(std::span<std::byte const> bytes, Visit&& visit) {
  constexpr std::size_t prefix = 3;
  for (std::size_t i = 0; i + prefix < bytes.size(); ++i) {
    if (at(bytes, i + 2) > 1) {
      i += 2;
      continue;
    }
    if (at(bytes, i) != 0 || at(bytes, i + 1) != 0 || at(bytes, i + 2) != 1) continue;
    auto const rest = bytes.subspan(i + prefix);
    std::size_t end = 0;
    while (end < rest.size() &&
           !(end + 2 < rest.size() && at(rest, end) == 0 && at(rest, end + 1) == 0 && at(rest, end + 2) <= 1))
      ++end;
    if (!visit(rest.first(std::max<std::size_t>(end, 1)))) return;
    i += 2;
  }
}

template <class Reader>
std::optional<bool> read(std::span<std::byte const> bytes) {
  Reader reader;
  std::optional<bool> found;
  each_unit(bytes, [&](std::span<std::byte const> unit) { return !(found = reader.unit(unit)); });
  return found;
}

}  // namespace

std::optional<bool> begins_at_key(Codec codec, std::span<std::byte const> bytes) {
  switch (codec) {
    case Codec::h264:
      return read<H264>(bytes);
    case Codec::h265:
      return read<H265>(bytes);
    case Codec::mpeg2:
      return read<Mpeg2>(bytes);
    case Codec::mpeg4:
      return read<Mpeg4>(bytes);
    case Codec::vc1:
      return read<Vc1>(bytes);
    default:
      return std::nullopt;
  }
}

std::uint32_t sum_of_sets(Codec codec, std::span<std::byte const> bytes) {
  if (codec != Codec::h264 && codec != Codec::h265) return 0;
  std::uint32_t sum = 0;
  each_unit(bytes, [&](std::span<std::byte const> unit) {
    auto const first = at(unit, 0);
    if (codec == Codec::h264 ? (first & 0x1f) != 7 : (first >> 1 & 0x3f) != 33) return true;
    if (sum == 0) sum = 2166136261U;  // FNV-1a
    for (auto const byte : unit) sum = (sum ^ static_cast<std::uint8_t>(byte)) * 16777619U;
    return true;
  });
  return sum;
}

}  // namespace hls
