// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/picture_decoder.hpp"

#include "glib/ref.hpp"
#include "hls/picture_coder.hpp"

#include <algorithm>
#include <cstring>

extern "C" {
#include <libavcodec/bsf.h>
}

namespace hls {
namespace {

struct FilterFree {
  void operator()(AVBSFContext* filter) const { av_bsf_free(&filter); }
};
using BitFilter = std::unique_ptr<AVBSFContext, FilterFree>;

int caps_number(Track const& track, char const* field) {
  auto const caps = glib::Ref<GstCaps>::adopt(track.caps.empty() ? nullptr : gst_caps_from_string(track.caps.c_str()));
  int value = 0;
  if (caps && gst_caps_get_size(caps.get()) > 0)
    gst_structure_get_int(gst_caps_get_structure(caps.get(), 0), field, &value);
  return value;
}

bool contains(Track const& track, char const* word) { return track.caps.find(word) != std::string::npos; }

av::Codec open(Track const& track) {
  auto const* codec = avcodec_find_decoder(picture_codec(track));
  if (!codec) throw std::runtime_error(std::string("there is no decoder for ") + name_of(track.codec));
  auto context = av::context(codec);
  if (!track.codec_data.empty()) {
    context->extradata =
        av::not_null(static_cast<std::uint8_t*>(av_mallocz(track.codec_data.size() + AV_INPUT_BUFFER_PADDING_SIZE)));
    std::copy(track.codec_data.begin(), track.codec_data.end(), context->extradata);
    context->extradata_size = static_cast<int>(track.codec_data.size());
  }
  context->width = track.width;
  context->height = track.height;
  // A picture too large to be one.
  context->max_pixels = std::int64_t{8192} * 8192;
  av::check(avcodec_open2(context.get(), codec, nullptr), "the video's decoder can't be opened");
  return context;
}

/// DivX' packed bit stream has a B picture in the packet of the P picture before it, and then an empty one.
BitFilter bit_filter(AVCodecContext const& decoder) {
  AVBSFContext* made = nullptr;
  auto const* filter = decoder.codec_id == AV_CODEC_ID_MPEG4 ? av_bsf_get_by_name("mpeg4_unpack_bframes") : nullptr;
  av::check(filter ? av_bsf_alloc(filter, &made) : av_bsf_get_null_filter(&made), "bit stream filter");
  BitFilter owned(made);
  av::check(avcodec_parameters_from_context(made->par_in, &decoder), "bit stream filter");
  av::check(av_bsf_init(made), "bit stream filter");
  return owned;
}

/// Whose B pictures are found in containers that know no order but the file's.
bool may_reorder(Codec codec) {
  return codec == Codec::h264 || codec == Codec::mpeg2 || codec == Codec::mpeg4 || codec == Codec::wmv ||
         codec == Codec::vc1;
}

class Decoding {
 public:
  Decoding(Track const& track, std::vector<AccessUnit> const& units, Time start, Time frame, PictureTaker const& take)
      : units_(units),
        start_(start),
        length_(frame),
        take_(take),
        decoder_(open(track)),
        filter_(bit_filter(*decoder_)) {
    auto const known = [](AccessUnit const& unit) { return unit.pts != unknown_time; };
    none_known_ = std::none_of(units.begin(), units.end(), known);
    file_order_ =
        may_reorder(track.codec) && std::all_of(units.begin(), units.end(), known) &&
        std::is_sorted(units.begin(), units.end(), [](auto const& a, auto const& b) { return a.pts < b.pts; });
  }

  void run() {
    for (std::size_t i = 0; i < units_.size() && !enough_; ++i)
      if (fill(i) && av_bsf_send_packet(filter_.get(), packet_.get()) == 0) unpack();
    if (enough_) return;
    av_bsf_send_packet(filter_.get(), nullptr);
    unpack();
    avcodec_send_packet(decoder_.get(), nullptr);
    receive(true);
  }

 private:
  bool fill(std::size_t index) {
    auto const& data = units_[index].data;
    if (data.empty() || data.size() > std::size_t{256} << 20U) return false;
    av_packet_unref(packet_.get());
    av::check(av_new_packet(packet_.get(), static_cast<int>(data.size())), "video");
    std::memcpy(packet_->data, data.data(), data.size());
    packet_->pts = packet_->dts = static_cast<std::int64_t>(index);
    if (units_[index].key) packet_->flags |= AV_PKT_FLAG_KEY;
    return true;
  }

  void unpack() {
    while (!enough_ && av_bsf_receive_packet(filter_.get(), packet_.get()) == 0) {
      newest_ = packet_->pts;
      avcodec_send_packet(decoder_.get(), packet_.get());
      av_packet_unref(packet_.get());
      receive(false);
    }
  }

  void receive(bool end) {
    while (!enough_ && avcodec_receive_frame(decoder_.get(), frame_.get()) == 0) {
      if (end) ++newest_;
      if (auto const time = time_of(*frame_)) {
        last_ = time;
        after_ = *time + length_ * (2 + std::clamp(frame_->repeat_pict, 0, 4)) / 2;
        enough_ = !take_(*frame_, *time);
      }
      av_frame_unref(frame_.get());
    }
  }

  std::optional<Time> time_of(AVFrame const& frame) {
    if (none_known_) return after_.value_or(start_);
    // Times in the file's order: a decoder that holds back n pictures gives the one whose turn was n units ago.
    auto const index = file_order_ ? newest_ - decoder_->has_b_frames : frame.pts;
    if (index >= 0 && index < static_cast<std::int64_t>(units_.size())) {
      auto const own = units_[static_cast<std::size_t>(index)].pts;
      if (own > -longest && own < longest && (!last_ || own > *last_)) return own;
    }
    // Before the first known time nothing is.
    return after_;
  }

  /// Far beyond any film, far from an overflow.
  static constexpr Time longest = std::chrono::hours(1000 * 24);
  std::vector<AccessUnit> const& units_;
  Time start_, length_;
  PictureTaker const& take_;
  av::Codec decoder_;
  BitFilter filter_;
  av::Packet packet_ = av::packet();
  av::Frame frame_ = av::frame();
  bool none_known_ = false;
  bool file_order_ = false;
  bool enough_ = false;
  std::int64_t newest_ = -1;  ///< unit that the decoder got last
  std::optional<Time> last_, after_;
};

}  // namespace

AVCodecID picture_codec(Track const& track) {
  switch (track.codec) {
    case Codec::h264:
      return AV_CODEC_ID_H264;
    case Codec::h265:
      return AV_CODEC_ID_HEVC;
    case Codec::vp8:
      return AV_CODEC_ID_VP8;
    case Codec::vp9:
      return AV_CODEC_ID_VP9;
    case Codec::av1:
      return AV_CODEC_ID_AV1;
    case Codec::mpeg2:
      return caps_number(track, "mpegversion") == 1 ? AV_CODEC_ID_MPEG1VIDEO : AV_CODEC_ID_MPEG2VIDEO;
    case Codec::mpeg4:
      if (contains(track, "divxversion=(int)3") || contains(track, "msmpegversion=(int)43"))
        return AV_CODEC_ID_MSMPEG4V3;
      if (contains(track, "msmpegversion=(int)42")) return AV_CODEC_ID_MSMPEG4V2;
      if (contains(track, "msmpegversion=(int)41")) return AV_CODEC_ID_MSMPEG4V1;
      return AV_CODEC_ID_MPEG4;
    case Codec::wmv:
    case Codec::vc1:
      if (contains(track, "WVC1") || contains(track, "WMVA")) return AV_CODEC_ID_VC1;
      if (caps_number(track, "wmvversion") == 1) return AV_CODEC_ID_WMV1;
      if (caps_number(track, "wmvversion") == 2) return AV_CODEC_ID_WMV2;
      return track.codec == Codec::vc1 ? AV_CODEC_ID_VC1 : AV_CODEC_ID_WMV3;
    case Codec::theora:
      return AV_CODEC_ID_THEORA;
    case Codec::other_video:
      if (contains(track, "image/jpeg")) return AV_CODEC_ID_MJPEG;
      if (contains(track, "video/x-h263") || contains(track, "video/x-flash-video"))
        return contains(track, "flash") ? AV_CODEC_ID_FLV1 : AV_CODEC_ID_H263;
      if (contains(track, "video/x-vp6-flash")) return AV_CODEC_ID_VP6F;
      if (contains(track, "video/x-prores")) return AV_CODEC_ID_PRORES;
      if (contains(track, "video/x-ffv")) return AV_CODEC_ID_FFV1;
      if (contains(track, "video/x-dnxhd")) return AV_CODEC_ID_DNXHD;
      if (contains(track, "video/x-dv")) return AV_CODEC_ID_DVVIDEO;
      if (contains(track, "video/x-svq"))
        return contains(track, "svqversion=(int)1") ? AV_CODEC_ID_SVQ1 : AV_CODEC_ID_SVQ3;
      return AV_CODEC_ID_NONE;
    default:
      return AV_CODEC_ID_NONE;
  }
}

void decode_pictures(Track const& track, std::vector<AccessUnit> const& units, Time start, Time frame,
                     PictureTaker const& take) {
  if (!units.empty()) Decoding(track, units, start, frame, take).run();
}

}  // namespace hls
