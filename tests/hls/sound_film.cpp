// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sound_film.hpp"

#include "hls/av_file.hpp"
#include "support/made_file.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <stdexcept>

namespace fs = std::filesystem;

namespace hls_test {
namespace {

std::string signal(std::string const& layout) {
  static std::map<std::string, int> const counts{{"mono", 1}, {"stereo", 2}, {"5.1", 6}, {"5.1(side)", 6}, {"7.1", 8}};
  std::string channels;
  for (int c = 0; c < counts.at(layout); ++c) {
    auto const n = std::to_string(c + 1);
    channels += (c ? "|" : "") + std::string("0.1*sin(2*PI*(100*t+60*t*t)/(1+0.1*") + n + "))+0.08*sin(2*PI*440*t+" +
                n + ")+0.06*sin(2*PI*" + n + "234*t)+0.2*sin(2*PI*1000*t)*lt(mod(t\\,1)\\,0.1)";
  }
  return channels;
}

std::string caps_of(AVCodecParameters const& of) {
  switch (of.codec_id) {
    case AV_CODEC_ID_WMAV1:
    case AV_CODEC_ID_WMAV2:
      return "audio/x-wma, wmaversion=(int)" + std::string(of.codec_id == AV_CODEC_ID_WMAV1 ? "1" : "2") +
             ", block_align=(int)" + std::to_string(of.block_align) + ", bitrate=(int)" + std::to_string(of.bit_rate);
    case AV_CODEC_ID_TTA:
      return "audio/x-tta";
    case AV_CODEC_ID_WAVPACK:
      return "audio/x-wavpack";
    case AV_CODEC_ID_PCM_S16LE:
      return "audio/x-raw, format=(string)S16LE";
    case AV_CODEC_ID_PCM_S24LE:
      return "audio/x-raw, format=(string)S24LE";
    case AV_CODEC_ID_PCM_F32LE:
      return "audio/x-raw, format=(string)F32LE";
    case AV_CODEC_ID_PCM_ALAW:
      return "audio/x-alaw";
    default:
      return {};
  }
}

}  // namespace

fs::path sound_file(SoundRecipe const& recipe) {
  std::vector<std::string> arguments{"-f", "lavfi", "-i",
                                     "aevalsrc=" + signal(recipe.layout) + ":s=" + std::to_string(recipe.rate) +
                                         ":c=" + recipe.layout + ":d=" + std::to_string(recipe.seconds)};
  arguments.insert(arguments.end(), recipe.encoder.begin(), recipe.encoder.end());
  return support::made_by_ffmpeg(recipe.name + "." + recipe.extension, arguments);
}

hls::Samples frames_of(fs::path const& file) {
  auto const film = open_av(file);
  auto const index = av_find_best_stream(film.get(), AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  hls::av::check(index, "sound");
  auto const& stream = *film->streams[index];
  auto const& of = *stream.codecpar;

  hls::Samples samples;
  auto& track = samples.track;
  track.kind = hls::Kind::audio;
  track.codec = codec_of(of.codec_id);
  track.caps = caps_of(of);
  track.codec_data = config_of(of);
  track.sample_rate = of.sample_rate;
  track.channels = of.ch_layout.nb_channels;
  track.priming = of.initial_padding;
  // libavformat has shifted Matroska's times by its CodecDelay; GStreamer doesn't.
  hls::Time const shift(of.sample_rate ? std::llround(1e9 * track.priming / of.sample_rate) : 0);
  each_packet(*film, [&](AVPacket const& packet) {
    if (packet.stream_index != index) return;
    hls::AccessUnit unit{.pts = time_of(packet.pts, stream.time_base) + shift,
                         .data = hls::Bytes(packet.data, packet.data + packet.size)};
    unit.dts = unit.pts;
    samples.units.push_back(std::move(unit));
  });
  return samples;
}

std::vector<std::vector<float>> heard(fs::path const& file, int channels) {
  support::TempDir work("heard");
  fs::path const pcm = work / std::string("pcm");
  support::output_of({"ffmpeg", "-nostdin", "-v", "error", "-y", "-i", file.string(), "-map", "0:a:0", "-f", "f32le",
                      "-c:a", "pcm_f32le", pcm.string()});
  auto const bytes = support::read_file(pcm);
  std::vector<float> all(bytes.size() / sizeof(float));
  std::memcpy(all.data(), bytes.data(), all.size() * sizeof(float));
  auto const count = static_cast<std::size_t>(channels);
  std::vector<std::vector<float>> split(count);
  for (std::size_t i = 0; i < all.size(); ++i) split[i % count].push_back(all[i]);
  return split;
}

std::vector<std::vector<float>> decode_aac(hls::Samples const& samples) {
  auto const context = decoder_of(AV_CODEC_ID_AAC, samples.track.codec_data);
  std::vector<std::vector<float>> pcm(static_cast<std::size_t>(samples.track.channels));
  auto const packet = hls::av::packet();
  auto const frame = hls::av::frame();
  for (auto const& unit : samples.units) {
    hls::av::check(av_new_packet(packet.get(), static_cast<int>(unit.data.size())), "packet");
    std::memcpy(packet->data, unit.data.data(), unit.data.size());
    hls::av::check(avcodec_send_packet(context.get(), packet.get()), "AAC");
    av_packet_unref(packet.get());
    while (avcodec_receive_frame(context.get(), frame.get()) == 0) {
      if (frame->ch_layout.nb_channels != samples.track.channels || frame->sample_rate != samples.track.sample_rate)
        throw std::runtime_error("this is not what the track says");
      for (std::size_t c = 0; c < pcm.size(); ++c) {
        auto const* from = reinterpret_cast<float const*>(frame->extended_data[c]);
        pcm[c].insert(pcm[c].end(), from, from + frame->nb_samples);
      }
    }
  }
  return pcm;
}

std::vector<double> snr(std::vector<float> const& is, std::vector<float> const& should) {
  std::vector<double> windows;
  for (std::size_t at = 0; at + 1024 <= std::min(is.size(), should.size()); at += 1024) {
    double signal = 1e-9, noise = 1e-12;
    for (auto i = at; i < at + 1024; ++i) {
      signal += should[i] * should[i];
      noise += (is[i] - should[i]) * (is[i] - should[i]);
    }
    windows.push_back(10 * std::log10(signal / noise));
  }
  return windows;
}

double quantile(std::vector<double> values, double at) {
  std::sort(values.begin(), values.end());
  return values.at(static_cast<std::size_t>(at * static_cast<double>(values.size() - 1)));
}

Sound down(Sound const& source) {
  if (source.size() <= 2) return source;
  auto const side = std::sqrt(0.5F);
  auto const more = source.size() == 8;  // FL FR FC LFE BL BR SL SR
  auto const gain = 1 / (1 + side * (more ? 3.F : 2.F));
  Sound stereo(2);
  for (std::size_t c = 0; c < 2; ++c)
    for (std::size_t i = 0; i < source[0].size(); ++i)
      stereo[c].push_back(gain *
                          (source[c][i] + side * (source[2][i] + source[4 + c][i] + (more ? source[6 + c][i] : 0.F))));
  return stereo;
}

int lag(std::vector<float> const& is, std::vector<float> const& should) {
  double best = -1;
  int found = -9999;
  for (int shift = -2500; shift <= 2500; ++shift) {
    double sum = 0;
    for (int i = 40000; i < 60000; i += 3)
      sum += is.at(static_cast<std::size_t>(i + shift)) * should.at(static_cast<std::size_t>(i));
    if (sum > best) {
      best = sum;
      found = shift;
    }
  }
  return found;
}

}  // namespace hls_test
