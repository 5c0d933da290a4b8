// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/picture_coders.hpp"

namespace hls {

PictureCoder const& PictureCoders::of(Track const& source) {
  std::lock_guard lock(mutex_);
  auto& coder = coders_[source.id];
  if (!coder) coder = std::make_unique<PictureCoder const>(source);
  return *coder;
}

}  // namespace hls
