// SPDX-License-Identifier: LGPL-2.1-or-later
// The coders of a film's pictures. Making one takes tens of ms, so each is made once, when it is first asked for.
#pragma once

#include "hls/picture_coder.hpp"

#include <map>
#include <memory>
#include <mutex>

namespace hls {

/// Thread-safe.
class PictureCoders {
 public:
  /// Lives as long as this. Throws std::runtime_error as PictureCoder does.
  [[nodiscard]] PictureCoder const& of(Track const& source);

 private:
  std::mutex mutex_;
  std::map<int, std::unique_ptr<PictureCoder const>> coders_;  ///< by track id
};

}  // namespace hls
