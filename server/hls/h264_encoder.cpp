// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/h264_encoder.hpp"

#include <algorithm>
#include <span>

namespace hls {
namespace {

av::Codec open(Track const& track, PictureLimits const& limits) {
  auto const* codec = avcodec_find_encoder_by_name("libx264");
  if (!codec) throw std::runtime_error("libavcodec has no libx264: install a libavcodec that has");
  auto context = av::context(codec);
  context->thread_count = std::clamp(limits.threads, 1, 16);
  context->width = track.width;
  context->height = track.height;
  context->pix_fmt = AV_PIX_FMT_YUV420P;
  // x264 sees a constant rate: what it does then depends on the pictures alone. Our time stamps pass it by.
  context->framerate = {track.frame_rate.frames, track.frame_rate.seconds};
  context->time_base = av_inv_q(context->framerate);
  context->sample_aspect_ratio = {1, 1};
  context->color_primaries = static_cast<AVColorPrimaries>(track.primaries);
  context->color_trc = static_cast<AVColorTransferCharacteristic>(track.transfer);
  context->colorspace = static_cast<AVColorSpace>(track.matrix);
  context->color_range = AVCOL_RANGE_MPEG;
  context->max_b_frames = 0;
  context->gop_size = 250;
  context->rc_max_rate = std::int64_t{limits.kbit} * 1000;
  context->rc_buffer_size = limits.kbit * 2000;
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP | AV_CODEC_FLAG_BITEXACT;
  av_opt_set(context->priv_data, "preset", "veryfast", 0);
  av_opt_set(context->priv_data, "profile", "high", 0);
  av_opt_set_double(context->priv_data, "crf", limits.quality, 0);
  // No mbtree: with AVX-512 it reads memory that nobody has written (of pictures 400 wide, not 320), and other bytes
  // come out each time.
  av_opt_set(context->priv_data, "x264-params",
             "annexb=0:force-cfr=1:deterministic=1:sliced-threads=0:scenecut=40:mbtree=0", 0);
  av::check(avcodec_open2(context.get(), codec, nullptr), "x264 can't be opened");
  return context;
}

void append_set(Bytes& to, std::span<std::uint8_t const> nal) {
  to.push_back(static_cast<std::uint8_t>(nal.size() >> 8U));
  to.push_back(static_cast<std::uint8_t>(nal.size()));
  to.insert(to.end(), nal.begin(), nal.end());
}

}  // namespace

H264Encoder::H264Encoder(Track const& track, PictureLimits const& limits) : encoder_(open(track, limits)) {}

/// ISO/IEC 14496-15 5.3.3.1.2.
Bytes H264Encoder::avcc() const {
  std::span<std::uint8_t const> rest(encoder_->extradata, static_cast<std::size_t>(encoder_->extradata_size));
  std::span<std::uint8_t const> sps, pps;
  while (rest.size() > 4) {
    auto const size = std::size_t{rest[0]} << 24U | std::size_t{rest[1]} << 16U | std::size_t{rest[2]} << 8U | rest[3];
    if (size == 0 || size > rest.size() - 4) break;
    auto const nal = rest.subspan(4, size);
    if ((nal[0] & 31U) == 7) sps = nal;
    if ((nal[0] & 31U) == 8) pps = nal;
    rest = rest.subspan(4 + size);
  }
  if (sps.size() < 4 || pps.empty()) throw std::runtime_error("x264 gave no parameter sets");
  Bytes avcc{1, sps[1], sps[2], sps[3], 0xFF, 0xE1};
  append_set(avcc, sps);
  avcc.push_back(1);
  append_set(avcc, pps);
  // High profile: 4:2:0, 8 bit, no extensions.
  if (sps[1] == 100) avcc.insert(avcc.end(), {0xFD, 0xF8, 0xF8, 0});
  return avcc;
}

void H264Encoder::give(AVFrame const& picture, Time time) {
  auto const frame = av::not_null(av::Frame(av_frame_clone(&picture)));
  frame->pts = given_++;
  frame->pict_type = frame->pts == 0 ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
  frame->interlaced_frame = 0;
  times_.push_back(time);
  av::check(avcodec_send_frame(encoder_.get(), frame.get()), "x264 failed");
  receive();
}

std::vector<AccessUnit> H264Encoder::finish() {
  av::check(avcodec_send_frame(encoder_.get(), nullptr), "x264 failed");
  receive();
  return std::move(units_);
}

void H264Encoder::receive() {
  while (avcodec_receive_packet(encoder_.get(), packet_.get()) == 0) {
    AccessUnit unit{.key = (packet_->flags & AV_PKT_FLAG_KEY) != 0,
                    .data = Bytes(packet_->data, packet_->data + packet_->size)};
    unit.pts = unit.dts = times_.front();
    times_.pop_front();
    units_.push_back(std::move(unit));
    av_packet_unref(packet_.get());
  }
}

}  // namespace hls
