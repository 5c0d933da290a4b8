// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures as they were coded -> pictures as they are encoded: deinterlaced, upright, of one size; by libavfilter.
#pragma once

#include "hls/av.hpp"

#include <functional>

struct AVFilterContext;
struct AVFilterGraph;

namespace hls {

class PictureFilter {
 public:
  /// Gets each picture; its pts is as it was.
  using Taker = std::function<void(AVFrame& frame)>;
  enum class For { video, jpeg };
  PictureFilter(int width, int height, int rotation, Taker take, For use = For::video);
  PictureFilter(PictureFilter const&) = delete;
  PictureFilter& operator=(PictureFilter const&) = delete;
  ~PictureFilter();

  /// The shape of pictures may change at any time. Throws std::runtime_error.
  void give(AVFrame& frame);
  void finish();

 private:
  void open(AVFrame const& frame);
  void drain();

  int width_, height_, rotation_;
  Taker take_;
  For use_;
  AVFilterGraph* graph_ = nullptr;
  AVFilterContext *in_ = nullptr, *out_ = nullptr;
  int from_width_ = 0, from_height_ = 0, from_format_ = -1;
};

}  // namespace hls
