// SPDX-License-Identifier: LGPL-2.1-or-later
// h264parse knows, but tells the truth only for streams that it has seen from their beginning.
#include "hls/key_picture.hpp"

namespace hls {
namespace {

using Picture = std::span<std::uint8_t const>;

/// Calls visit(NAL unit) for each until it says true.
template <class Visit>
void each_nal(Picture picture, Visit visit) {
  while (picture.size() > 4) {
    std::size_t const length =
        static_cast<std::size_t>(picture[0]) << 24 | picture[1] << 16 | picture[2] << 8 | picture[3];
    picture = picture.subspan(4);
    if (length == 0) continue;
    if (length > picture.size() || visit(picture.first(length))) return;
    picture = picture.subspan(length);
  }
}

/// ISO/IEC 14496-10 7.3.3: slice_type behind first_mb_in_slice; is it I or SI?
bool intra_slice(Picture nal) {
  std::size_t at = 8;
  auto const bit = [&] {
    bool const set = at / 8 < nal.size() && (nal[at / 8] >> (7 - at % 8) & 1);
    ++at;
    return set;
  };
  auto const ue = [&]() -> std::uint32_t {
    int zeros = 0;
    while (zeros < 31 && at / 8 < nal.size() && !bit()) ++zeros;
    std::uint32_t value = 1;
    for (int i = 0; i < zeros; ++i) value = value << 1 | (bit() ? 1U : 0U);
    return value - 1;
  };
  ue();
  auto const type = ue() % 5;
  return type == 2 || type == 4;
}

/// An IDR picture; or an I picture that brings its parameter sets or says that recovery is possible.
bool h264(Picture picture) {
  bool idr = false, announced = false, intra = true;
  each_nal(picture, [&](Picture nal) {
    switch (nal[0] & 31) {
      case 5:
        idr = true;
        return true;
      case 1:
        intra = intra && intra_slice(nal);
        return !intra;
      case 6:
        announced |= nal.size() > 1 && nal[1] == 6;  // D.1: recovery_point
        return false;
      case 7:
        announced = true;
        return false;
      default:
        return false;
    }
  });
  return idr || (announced && intra);
}

/// ISO/IEC 23008-2 table 7-1: BLA, IDR, CRA.
bool h265(Picture picture) {
  bool key = false;
  each_nal(picture, [&](Picture nal) {
    int const type = nal[0] >> 1 & 63;
    if (type >= 32) return false;
    key = type >= 16 && type <= 21;
    return true;
  });
  return key;
}

/// ISO/IEC 13818-2 6.2.3: picture_coding_type I; 14496-2 6.2.5: vop_coding_type I.
std::optional<bool> start_code(Picture picture, bool part2) {
  for (std::size_t i = 0; i + 5 < picture.size(); ++i) {
    if (picture[i] != 0 || picture[i + 1] != 0 || picture[i + 2] != 1) continue;
    if (part2 && picture[i + 3] == 0xb6) return picture[i + 4] >> 6 == 0;
    if (!part2 && picture[i + 3] == 0) return (picture[i + 5] >> 3 & 7) == 1;
  }
  return std::nullopt;
}

}  // namespace

std::optional<bool> is_key_picture(Codec codec, Picture picture) {
  switch (codec) {
    case Codec::h264:
      return h264(picture);
    case Codec::h265:
      return h265(picture);
    case Codec::mpeg2:
      return start_code(picture, false);
    case Codec::mpeg4:
      return start_code(picture, true);
    case Codec::vp8:
      return !picture.empty() && (picture[0] & 1) == 0;  // RFC 6386 9.1
    default:
      return std::nullopt;
  }
}

bool begins_closed_gop(Codec codec, Picture picture) {
  // Nothing of these is shown out of order.
  if (codec == Codec::vp8 || codec == Codec::vp9 || codec == Codec::av1) return true;
  if (codec != Codec::h264 && codec != Codec::h265) return false;
  bool closed = false;
  each_nal(picture, [&](Picture nal) {
    // 14496-10 7.4.1.2.4: IDR; 23008-2 table 7-1: IDR_N_LP, the others may have leading pictures.
    auto const type = codec == Codec::h264 ? nal[0] & 31 : nal[0] >> 1 & 63;
    closed = type == (codec == Codec::h264 ? 5 : 20);
    return closed;
  });
  return closed;
}

}  // namespace hls
