// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/aac_encoder.hpp"

#include "hls/aac_config.hpp"
#include "hls/av.hpp"

#include <algorithm>

namespace hls {
namespace {

/// Measured with sweeps, noise and beats (docs/hls.md): at 1.2, without the tools that give up the waveform, segments
/// fit with 40 dB of signal to noise at joints as elsewhere, with 100 to 170 kbit/s for stereo at 48 kHz.
constexpr double quality = 1.2;

av::Codec open(int rate, int channels) {
  auto const* codec = avcodec_find_encoder_by_name("aac");
  if (!codec) throw std::runtime_error("libavcodec has no AAC encoder: install a libavcodec that has");
  auto context = av::context(codec);
  context->sample_rate = rate;
  context->sample_fmt = AV_SAMPLE_FMT_FLTP;
  context->time_base = {1, rate};
  av_channel_layout_default(&context->ch_layout, channels);
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_QSCALE;
  context->global_quality = static_cast<int>(quality * FF_QP2LAMBDA);
  context->profile = FF_PROFILE_AAC_LOW;
  for (auto const* option : {"aac_pns", "aac_is"}) av_opt_set(context->priv_data, option, "0", 0);
  av::check(avcodec_open2(context.get(), codec, nullptr), "the AAC encoder can't be opened");
  return context;
}

}  // namespace

bool aac_has_rate(int rate) { return std::find(aac_rates.begin(), aac_rates.end(), rate) != aac_rates.end(); }

Bytes aac_config(int rate, int channels) {
  auto const index = static_cast<unsigned>(std::find(aac_rates.begin(), aac_rates.end(), rate) - aac_rates.begin());
  auto const config = 2U << 11U | index << 7U | static_cast<unsigned>(channels) << 3U;
  return {static_cast<std::uint8_t>(config >> 8U), static_cast<std::uint8_t>(config)};
}

std::vector<Bytes> encode_aac(Channels const& pcm, int rate, int channels, std::size_t skip) {
  auto const encoder = open(rate, channels);
  auto const packet = av::packet();
  std::vector<Bytes> frames;
  // The encoder is late by one frame.
  std::size_t late = skip + 1;
  auto const receive = [&] {
    while (avcodec_receive_packet(encoder.get(), packet.get()) == 0) {
      if (late > 0)
        --late;
      else
        frames.emplace_back(packet->data, packet->data + packet->size);
      av_packet_unref(packet.get());
    }
  };
  auto const whole = pcm[0].size() / aac_frame;
  for (std::size_t i = 0; i < whole; ++i) {
    auto const frame = av::frame();
    frame->nb_samples = aac_frame;
    frame->format = AV_SAMPLE_FMT_FLTP;
    frame->sample_rate = rate;
    frame->pts = static_cast<std::int64_t>(i * aac_frame);
    av::check(av_channel_layout_copy(&frame->ch_layout, &encoder->ch_layout), "sound");
    av::check(av_frame_get_buffer(frame.get(), 0), "sound");
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c)
      std::copy_n(pcm[c].data() + i * aac_frame, aac_frame, reinterpret_cast<float*>(frame->data[c]));
    av::check(avcodec_send_frame(encoder.get(), frame.get()), "the AAC encoder failed");
    receive();
  }
  return frames;
}

}  // namespace hls
