// SPDX-License-Identifier: LGPL-2.1-or-later
// libavcodec's and its sisters' objects, owned.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>
#include <libavutil/opt.h>
}

namespace hls::av {

struct Free {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
using Codec = std::unique_ptr<AVCodecContext, Free>;
using Frame = std::unique_ptr<AVFrame, Free>;
using Packet = std::unique_ptr<AVPacket, Free>;

template <typename T>
T not_null(T owned) {
  if (!owned) throw std::bad_alloc();
  return owned;
}
inline Frame frame() { return not_null(Frame(av_frame_alloc())); }
inline Packet packet() { return not_null(Packet(av_packet_alloc())); }
/// One thread, and silent: what is wrong with a film is told by whoever opened it.
inline Codec context(AVCodec const* codec) {
  auto made = not_null(Codec(avcodec_alloc_context3(codec)));
  made->thread_count = 1;
  made->log_level_offset = 64;
  return made;
}

inline std::string words(int error) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(error, text, sizeof text);
  return text;
}
inline void check(int result, char const* doing) {
  if (result < 0) throw std::runtime_error(std::string(doing) + ": " + words(result));
}

}  // namespace hls::av
