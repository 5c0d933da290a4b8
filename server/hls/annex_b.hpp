// SPDX-License-Identifier: LGPL-2.1-or-later
// Access units of H.264 and HEVC -> byte streams (annex B of both), as MPEG-TS holds them.
#pragma once

#include "hls/nal_units.hpp"

namespace hls {

/// For the access units of one segment in file order. Parameter sets come before each key frame, those of the film's
/// header until others come in band: these hold from there on.
class AnnexB {
 public:
  /// Throws std::invalid_argument if codec_data is no avcC, hvcC.
  explicit AnnexB(Track const& track);

  /// Appends it, with an access unit delimiter (13818-1 2.14.1 wants one).
  void append(Bytes& to, AccessUnit const& unit, bool with_sets);

 private:
  struct Set {
    std::optional<SetName> name;
    Bytes nal;
  };
  /// What others refer to comes before them: the types are numbered so.
  void remember(SetName name, Nal nal);

  Codec codec_;
  int length_size_;
  std::vector<Set> sets_;
};

}  // namespace hls
