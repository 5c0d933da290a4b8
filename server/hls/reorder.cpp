// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/reorder.hpp"

#include <cstring>
#include <memory>

extern "C" {
#include <libavcodec/avcodec.h>
}

namespace hls {
namespace {

struct Free {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};

}  // namespace

/// libavcodec reads num_reorder_frames and sps_max_num_reorder_pics when it opens a decoder.
std::optional<int> promised_reorder(Track const& track) {
  if (track.codec == Codec::vp8 || track.codec == Codec::vp9 || track.codec == Codec::av1) return 0;
  auto const id = track.codec == Codec::h264 ? AV_CODEC_ID_H264 : AV_CODEC_ID_HEVC;
  if ((track.codec != Codec::h264 && track.codec != Codec::h265) || track.codec_data.empty()) return std::nullopt;
  auto const* const decoder = avcodec_find_decoder(id);
  std::unique_ptr<AVCodecContext, Free> const context(decoder ? avcodec_alloc_context3(decoder) : nullptr);
  if (!context) return std::nullopt;
  context->thread_count = 1;
  context->extradata = static_cast<std::uint8_t*>(av_mallocz(track.codec_data.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (!context->extradata) return std::nullopt;
  std::memcpy(context->extradata, track.codec_data.data(), track.codec_data.size());
  context->extradata_size = static_cast<int>(track.codec_data.size());
  if (avcodec_open2(context.get(), decoder, nullptr) < 0 || context->has_b_frames <= 0) return std::nullopt;
  return context->has_b_frames;
}

}  // namespace hls
