// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/picture_filter.hpp"

#include <utility>

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

namespace hls {
namespace {

constexpr char const* failed = "the picture can't be converted";

std::string turned(int rotation) {
  switch (rotation) {
    case 90:
      return "transpose=clock,";
    case 180:
      return "hflip,vflip,";
    case 270:
      return "transpose=cclock,";
    default:
      return {};
  }
}

}  // namespace

PictureFilter::PictureFilter(int width, int height, int rotation, Taker take, For use)
    : width_(width), height_(height), rotation_(rotation), take_(std::move(take)), use_(use) {}

PictureFilter::~PictureFilter() { avfilter_graph_free(&graph_); }

void PictureFilter::open(AVFrame const& frame) {
  avfilter_graph_free(&graph_);
  graph_ = av::not_null(avfilter_graph_alloc());
  graph_->nb_threads = 1;
  auto const source = "video_size=" + std::to_string(frame.width) + "x" + std::to_string(frame.height) +
                      ":pix_fmt=" + std::to_string(frame.format) + ":time_base=1/1000000000:pixel_aspect=1/1";
  av::check(avfilter_graph_create_filter(&in_, avfilter_get_by_name("buffer"), "in", source.c_str(), nullptr, graph_),
            failed);
  av::check(avfilter_graph_create_filter(&out_, avfilter_get_by_name("buffersink"), "out", nullptr, nullptr, graph_),
            failed);
  auto const chain = "bwdif=mode=send_frame:deint=interlaced," + turned(rotation_) + "scale=" + std::to_string(width_) +
                     ":" + std::to_string(height_) + ":flags=bicubic+accurate_rnd+bitexact" +
                     // JFIF knows one matrix and the full range only.
                     (use_ == For::jpeg ? ":out_color_matrix=bt601:out_range=pc" : ":out_range=tv") + ",format=yuv420p";
  auto* ends = av::not_null(avfilter_inout_alloc());
  auto* begins = av::not_null(avfilter_inout_alloc());
  *begins = {av_strdup("in"), in_, 0, nullptr};
  *ends = {av_strdup("out"), out_, 0, nullptr};
  auto const parsed = avfilter_graph_parse_ptr(graph_, chain.c_str(), &ends, &begins, nullptr);
  avfilter_inout_free(&ends);
  avfilter_inout_free(&begins);
  av::check(parsed, failed);
  av::check(avfilter_graph_config(graph_, nullptr), failed);
  from_width_ = frame.width;
  from_height_ = frame.height;
  from_format_ = frame.format;
}

void PictureFilter::give(AVFrame& frame) {
  if (!graph_ || frame.width != from_width_ || frame.height != from_height_ || frame.format != from_format_) {
    finish();
    open(frame);
  }
  av::check(av_buffersrc_add_frame_flags(in_, &frame, AV_BUFFERSRC_FLAG_KEEP_REF), failed);
  drain();
}

void PictureFilter::finish() {
  if (!graph_ || av_buffersrc_add_frame_flags(in_, nullptr, 0) < 0) return;
  drain();
}

void PictureFilter::drain() {
  auto const frame = av::frame();
  while (av_buffersink_get_frame(out_, frame.get()) >= 0) {
    frame->pts = av_rescale_q(frame->pts, av_buffersink_get_time_base(out_), AVRational{1, 1'000'000'000});
    take_(*frame);
    av_frame_unref(frame.get());
  }
}

}  // namespace hls
