// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/sound_decoder.hpp"

#include "hls/sound_source.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

extern "C" {
#include <libswresample/swresample.h>
}

namespace hls {
namespace {

struct MixerFree {
  void operator()(SwrContext* mixer) const { swr_free(&mixer); }
};

/// Any layout and sample format -> planar floats in one or two channels. Without memory: each frame by itself.
class Mixer {
 public:
  explicit Mixer(int channels) : channels_(channels) {}

  ~Mixer() { av_channel_layout_uninit(&from_); }
  Mixer(Mixer const&) = delete;
  Mixer& operator=(Mixer const&) = delete;

  /// Silence if swresample can't make sense of the channels.
  Channels mix(AVFrame const& frame) {
    Channels pcm;
    // Mono is both of the stereo's channels as loud as it is: swresample would halve its power.
    auto const mixed = frame.ch_layout.nb_channels == 1 ? 1 : channels_;
    for (int c = 0; c < mixed; ++c) pcm[static_cast<std::size_t>(c)].resize(static_cast<std::size_t>(frame.nb_samples));
    std::array<std::uint8_t*, 2> out{reinterpret_cast<std::uint8_t*>(pcm[0].data()),
                                     reinterpret_cast<std::uint8_t*>(pcm[1].data())};
    if (prepare(frame))
      swr_convert(mixer_.get(), out.data(), frame.nb_samples, const_cast<std::uint8_t const**>(frame.extended_data),
                  frame.nb_samples);
    for (auto& channel : pcm) std::for_each(channel.begin(), channel.end(), tame);
    if (channels_ == 2 && mixed == 1) pcm[1] = pcm[0];
    return pcm;
  }

 private:
  /// What a player's sound card would do.
  static void tame(float& sample) { sample = std::isfinite(sample) ? std::clamp(sample, -1.F, 1.F) : 0.F; }

  bool prepare(AVFrame const& frame) {
    AVChannelLayout from{};
    if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
      av_channel_layout_default(&from, frame.ch_layout.nb_channels);
    else if (av_channel_layout_copy(&from, &frame.ch_layout) < 0)
      return false;
    auto const same =
        format_ == frame.format && rate_ == frame.sample_rate && av_channel_layout_compare(&from_, &from) == 0;
    av_channel_layout_uninit(&from_);
    from_ = from;
    if (same) return mixer_ != nullptr;
    format_ = frame.format;
    rate_ = frame.sample_rate;
    AVChannelLayout to{};
    av_channel_layout_default(&to, from.nb_channels == 1 ? 1 : channels_);
    SwrContext* made = nullptr;
    auto const result = swr_alloc_set_opts2(&made, &to, AV_SAMPLE_FMT_FLTP, rate_, &from_,
                                            static_cast<AVSampleFormat>(format_), rate_, 64, nullptr);
    mixer_.reset(made);
    if (result < 0) return false;
    // The loudest that all channels together can get is full scale.
    av_opt_set_double(made, "rematrix_maxval", 1.0, 0);
    if (swr_init(made) < 0) mixer_.reset();
    return mixer_ != nullptr;
  }

  int channels_;
  std::unique_ptr<SwrContext, MixerFree> mixer_;
  AVChannelLayout from_{};
  int format_ = -1;
  int rate_ = 0;
};

class Decoding {
 public:
  Decoding(Track const& track, std::vector<AccessUnit> const& units, int channels)
      : units_(units),
        one_each_(track.codec == Codec::truehd || track.frame_samples > 0),
        decoder_(open_sound_decoder(track, units.front().data)),
        mixer_(channels) {}

  std::vector<SoundBlock> run() {
    for (std::size_t i = 0; i < units_.size(); ++i) {
      auto const before = blocks_.size();
      auto const sent = send(i);
      auto const received = receive();
      if ((one_each_ || sent < 0 || received < 0) && blocks_.size() == before) lost(i);
    }
    avcodec_send_packet(decoder_.get(), nullptr);
    receive();
    return std::move(blocks_);
  }

 private:
  int send(std::size_t index) {
    auto const& data = units_[index].data;
    // An empty packet would mean the end.
    if (data.empty() || data.size() > max_unit) return AVERROR_INVALIDDATA;
    av_packet_unref(packet_.get());
    av::check(av_new_packet(packet_.get(), static_cast<int>(data.size())), "sound");
    std::memcpy(packet_->data, data.data(), data.size());
    packet_->pts = static_cast<std::int64_t>(index);
    return avcodec_send_packet(decoder_.get(), packet_.get());
  }

  /// Gives the error, if it was one.
  int receive() {
    for (;;) {
      auto const result = avcodec_receive_frame(decoder_.get(), frame_.get());
      if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return 0;
      if (result < 0) return result;
      if (frame_->nb_samples > 0 && frame_->sample_rate > 0 && frame_->ch_layout.nb_channels > 0) add();
      av_frame_unref(frame_.get());
    }
  }

  void add() {
    SoundBlock block{.rate = frame_->sample_rate, .pcm = mixer_.mix(*frame_)};
    mute(block);
    auto const index = static_cast<std::size_t>(frame_->pts);
    // Of several frames in one unit, only the first has its time.
    if (frame_->pts != AV_NOPTS_VALUE && index < units_.size() && index != last_) {
      block.timed = true;
      block.pts = units_[index].pts;
      last_ = index;
    }
    blocks_.push_back(std::move(block));
  }

  /// What the decoder itself says that nobody should hear: WMA's first two frames.
  void mute(SoundBlock& block) {
    auto const* skip = av_frame_get_side_data(frame_.get(), AV_FRAME_DATA_SKIP_SAMPLES);
    if (skip && skip->size >= 4) std::memcpy(&mute_, skip->data, sizeof mute_);
    for (auto& pcm : block.pcm) std::fill_n(pcm.begin(), std::min<std::size_t>(mute_, pcm.size()), 0.F);
    mute_ -= static_cast<std::uint32_t>(std::min<std::size_t>(mute_, block.pcm[0].size()));
  }

  void lost(std::size_t index) {
    if (blocks_.empty()) return;
    SoundBlock silence{.rate = blocks_.back().rate, .timed = true, .pts = units_[index].pts};
    for (std::size_t c = 0; c < 2; ++c) silence.pcm[c].resize(blocks_.back().pcm[c].size());
    blocks_.push_back(std::move(silence));
  }

  static constexpr std::size_t max_unit = 16U << 20U;
  std::vector<AccessUnit> const& units_;
  bool const one_each_;  ///< units that give nothing are lost ones, even if the decoder doesn't complain
  av::Codec decoder_;
  av::Packet packet_ = av::packet();
  av::Frame frame_ = av::frame();
  Mixer mixer_;
  std::vector<SoundBlock> blocks_;
  std::uint32_t mute_ = 0;  ///< samples
  std::size_t last_ = static_cast<std::size_t>(-1);
};

}  // namespace

std::vector<SoundBlock> decode_sound(Track const& track, std::vector<AccessUnit> const& units, int channels) {
  if (units.empty()) return {};
  return Decoding(track, units, channels).run();
}

}  // namespace hls
