// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/silence.hpp"

#include "hls/aac_config.hpp"
#include "hls/av.hpp"
#include "hls/sound_grid.hpp"

extern "C" {
#include <libavutil/samplefmt.h>
}

#include <utility>

namespace hls {
namespace {

using namespace std::chrono_literals;

/// A shorter hole is passed over, and the film's end may be rounded.
constexpr Time audible = 500ms;
/// A longer one is a damaged film's.
constexpr Time longest = 1h;
/// Encoders' first frames may refer to the ones before.
constexpr int settled = 4;

char const* encoder_of(Track const& track) {
  switch (track.codec) {
    case Codec::aac: {
      auto const config = aac_config(track.codec_data);
      bool const plain = config && config->object_type == 2 && !config->sbr && !config->short_frames;
      return plain && config->channels == track.channels && config->sample_rate == track.sample_rate ? "aac" : nullptr;
    }
    case Codec::mp3:
      return "libmp3lame";
    case Codec::ac3:
      return "ac3";
    case Codec::eac3:
      return "eac3";
    case Codec::opus:
      return "libopus";
    default:
      return nullptr;
  }
}

av::Frame silence(AVCodecContext const& encoder) {
  auto frame = av::frame();
  frame->nb_samples = encoder.frame_size;
  frame->format = encoder.sample_fmt;
  frame->sample_rate = encoder.sample_rate;
  av::check(av_channel_layout_copy(&frame->ch_layout, &encoder.ch_layout), "silence");
  av::check(av_frame_get_buffer(frame.get(), 0), "silence");
  av_samples_set_silence(frame->extended_data, 0, frame->nb_samples, frame->ch_layout.nb_channels, encoder.sample_fmt);
  return frame;
}

Bytes encoded(AVCodec const* codec, Track const& track) {
  auto const encoder = av::context(codec);
  encoder->sample_rate = track.sample_rate;
  encoder->sample_fmt = codec->sample_fmts[0];
  encoder->time_base = {1, encoder->sample_rate};
  av_channel_layout_default(&encoder->ch_layout, track.channels);
  encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  av::check(avcodec_open2(encoder.get(), codec, nullptr), "silence");
  if (encoder->frame_size != track.frame_samples) return {};
  auto const frame = silence(*encoder);
  auto const packet = av::packet();
  for (int number = 0; number < 2 * settled; ++number) {
    frame->pts = std::int64_t{number} * encoder->frame_size;
    av::check(avcodec_send_frame(encoder.get(), frame.get()), "silence");
    if (avcodec_receive_packet(encoder.get(), packet.get()) == 0 && number >= settled)
      return {packet->data, packet->data + packet->size};
  }
  return {};
}

}  // namespace

Bytes silent_frame(Track const& track) {
  auto const* const name = encoder_of(track);
  auto const* const codec = name ? avcodec_find_encoder_by_name(name) : nullptr;
  if (!codec) return {};
  try {
    return encoded(codec, track);
  } catch (std::runtime_error const&) {
    return {};  // a rate or a number of channels that it doesn't know
  }
}

void fill_with_silence(Samples& sound, Segment const& segment, Time origin) {
  auto const length = frame_length(sound.track);
  if (length <= Time::zero()) return;
  Bytes frame;
  std::vector<AccessUnit> filled;
  Time heard = segment.begin;
  auto const fill = [&](Time until) {
    if (until - heard <= audible || until - heard > longest) return;
    if (frame.empty()) frame = silent_frame(sound.track);
    if (frame.empty()) return;
    // Each frame belongs to the segment that it begins in; one that sound follows must not overlap with it.
    auto const before = until < segment.end ? until - length / 2 : until;
    for (auto number = (heard - origin) / length - 1;; ++number) {
      auto const pts = snapped(sound.track, origin, origin + number * length);
      if (pts >= before) return;
      if (pts >= heard - 1us)
        filled.push_back({.pts = pts, .dts = pts, .duration = length, .key = true, .data = frame});
    }
  };
  for (auto& unit : sound.units) {
    fill(unit.pts);
    heard = unit.pts + unit.duration;
    filled.push_back(std::move(unit));
  }
  fill(segment.end);
  sound.units = std::move(filled);
  if (!sound.units.empty()) sound.end = sound.units.back().pts + sound.units.back().duration;
}

}  // namespace hls
