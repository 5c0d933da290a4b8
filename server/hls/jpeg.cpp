// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/jpeg.hpp"

#include "hls/av.hpp"

namespace hls {
namespace {

/// 1 is best. At 4 nobody sees a difference, at half of the bytes.
constexpr int quantizer = 4;

}  // namespace

Bytes jpeg(AVFrame const& picture) {
  auto const* codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  if (!codec) throw std::runtime_error("libavcodec has no encoder of JPEG");
  auto const encoder = av::context(codec);
  encoder->width = picture.width;
  encoder->height = picture.height;
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->color_range = AVCOL_RANGE_JPEG;
  encoder->time_base = {1, 25};
  encoder->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
  encoder->global_quality = quantizer * FF_QP2LAMBDA;
  av::check(avcodec_open2(encoder.get(), codec, nullptr), "JPEG");
  auto const frame = av::not_null(av::Frame(av_frame_clone(&picture)));
  frame->quality = encoder->global_quality;
  frame->pict_type = AV_PICTURE_TYPE_NONE;
  av::check(avcodec_send_frame(encoder.get(), frame.get()), "JPEG");
  auto const packet = av::packet();
  av::check(avcodec_receive_packet(encoder.get(), packet.get()), "JPEG");
  return {packet->data, packet->data + packet->size};
}

}  // namespace hls
