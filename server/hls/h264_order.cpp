// SPDX-License-Identifier: LGPL-2.1-or-later
// By hand: libavcodec tells has_b_frames only after it has decoded, GStreamer's parser has no word for it in its caps.
#include "hls/h264_order.hpp"

#include <cstddef>
#include <optional>
#include <span>

namespace hls {
namespace {

/// Exp-Golomb bits without emulation prevention; reads zeros beyond the end, and remembers it.
class Bits {
 public:
  explicit Bits(std::span<std::uint8_t const> nal) {
    for (std::size_t i = 0, zeros = 0; i < nal.size(); ++i) {
      if (zeros >= 2 && nal[i] == 3) {
        zeros = 0;
        continue;
      }
      zeros = nal[i] == 0 ? zeros + 1 : 0;
      bytes_.push_back(nal[i]);
    }
  }
  unsigned bit() {
    if (at_ / 8 >= bytes_.size()) {
      over_ = true;
      return 0;
    }
    auto const value = bytes_[at_ / 8] >> (7 - at_ % 8) & 1U;
    ++at_;
    return value;
  }
  unsigned bits(int count) {
    unsigned value = 0;
    while (count-- > 0) value = value << 1U | bit();
    return value;
  }
  unsigned golomb() {
    int zeros = 0;
    while (bit() == 0) {
      if (over_ || ++zeros > 31) {
        over_ = true;
        return 0;
      }
    }
    return (1U << static_cast<unsigned>(zeros)) - 1 + bits(zeros);
  }
  [[nodiscard]] bool over() const { return over_; }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
  bool over_ = false;
};

struct Parameters {
  unsigned profile = 0, chroma = 1, depth = 8;
  unsigned order_type = 0;
  std::optional<unsigned> reorder;  ///< max_num_reorder_frames, where it is said
};

void skip_scaling(Bits& in, int size) {
  unsigned last = 8, next = 8;
  for (int i = 0; i < size && !in.over(); ++i) {
    if (next != 0) {
      auto const code = in.golomb();
      auto const delta = (code & 1U) != 0 ? (code >> 1U) + 1 : 0U - (code >> 1U);
      next = (last + delta) & 0xffU;
    }
    last = next == 0 ? last : next;
  }
}

void skip_hrd(Bits& in) {
  auto const count = in.golomb() + 1;
  in.bits(8);
  for (unsigned i = 0; i < count && i < 32 && !in.over(); ++i) {
    in.golomb();
    in.golomb();
    in.bit();
  }
  in.bits(20);
}

std::optional<unsigned> reorder_of_vui(Bits& in) {
  if (in.bit() != 0 && in.bits(8) == 255) in.bits(32);  // aspect ratio
  if (in.bit() != 0) in.bit();                          // overscan
  if (in.bit() != 0) {                                  // video signal
    in.bits(4);
    if (in.bit() != 0) in.bits(24);
  }
  if (in.bit() != 0) {  // chroma place
    in.golomb();
    in.golomb();
  }
  if (in.bit() != 0) {  // timing
    in.bits(32);
    in.bits(32);
    in.bit();
  }
  auto const nal = in.bit();
  if (nal != 0) skip_hrd(in);
  auto const vcl = in.bit();
  if (vcl != 0) skip_hrd(in);
  if (nal != 0 || vcl != 0) in.bit();
  in.bit();
  if (in.bit() == 0) return std::nullopt;
  in.bit();
  for (int i = 0; i < 4; ++i) in.golomb();
  auto const reorder = in.golomb();
  return in.over() ? std::nullopt : std::optional(reorder);
}

std::optional<Parameters> parameters_of(Bytes const& avcc) {
  if (avcc.size() < 9 || avcc[0] != 1 || (avcc[5] & 0x1fU) == 0) return std::nullopt;
  auto const size = static_cast<std::size_t>(avcc[6]) << 8U | avcc[7];
  if (size < 4 || avcc.size() - 8 < size) return std::nullopt;
  Bits in{std::span<std::uint8_t const>(avcc).subspan(9, size - 1)};
  Parameters found;
  found.profile = in.bits(8);
  in.bits(16);
  in.golomb();
  switch (found.profile) {
    case 100:
    case 110:
    case 122:
    case 244:
    case 44:
    case 83:
    case 86:
    case 118:
    case 128:
    case 138:
    case 139:
    case 134:
    case 135:
      found.chroma = in.golomb();
      if (found.chroma == 3) in.bit();
      found.depth = 8 + in.golomb();
      in.golomb();
      in.bit();
      if (in.bit() != 0) {
        for (int i = 0; i < (found.chroma == 3 ? 12 : 8); ++i) {
          if (in.bit() != 0) skip_scaling(in, i < 6 ? 16 : 64);
        }
      }
      break;
    default:
      break;
  }
  in.golomb();
  found.order_type = in.golomb();
  if (found.order_type == 0) {
    in.golomb();
  } else if (found.order_type == 1) {
    in.bit();
    in.golomb();
    in.golomb();
    auto const count = in.golomb();
    for (unsigned i = 0; i < count && i < 256 && !in.over(); ++i) in.golomb();
  }
  in.golomb();
  in.bit();
  in.golomb();
  in.golomb();
  if (in.bit() == 0) in.bit();
  in.bit();
  if (in.bit() != 0) {
    for (int i = 0; i < 4; ++i) in.golomb();
  }
  if (in.bit() != 0) found.reorder = reorder_of_vui(in);
  return in.over() ? std::nullopt : std::optional(found);
}

}  // namespace

bool may_reorder(Track const& track) {
  if (track.codec != Codec::h264) return track.codec == Codec::h265;
  auto const found = parameters_of(track.codec_data);
  if (!found) return true;
  // Baseline has no B slices; order type 2 is output order by definition (8.2.1.3).
  if (found->profile == 66 || found->order_type == 2) return false;
  return found->reorder.value_or(1) != 0;
}

bool is_deep_h264(Track const& track) {
  if (track.codec != Codec::h264) return false;
  auto const found = parameters_of(track.codec_data);
  return found && (found->depth > 8 || found->chroma > 1);
}

}  // namespace hls
