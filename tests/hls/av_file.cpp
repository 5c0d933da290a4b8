// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/av_file.hpp"

#include "hls/picture_coder.hpp"

#include <algorithm>
#include <map>

namespace hls_test {

AvFile open_av(std::filesystem::path const& path) {
  av_log_set_level(AV_LOG_ERROR);
  AVFormatContext* opened = nullptr;
  hls::av::check(avformat_open_input(&opened, path.c_str(), nullptr, nullptr), path.c_str());
  AvFile file(opened);
  hls::av::check(avformat_find_stream_info(opened, nullptr), path.c_str());
  return file;
}

void each_packet(AVFormatContext& file, std::function<void(AVPacket const&)> const& take) {
  auto const packet = hls::av::packet();
  while (av_read_frame(&file, packet.get()) == 0) {
    take(*packet);
    av_packet_unref(packet.get());
  }
}

hls::av::Codec decoder_of(AVCodecID id, hls::Bytes const& config) {
  auto context = hls::av::context(avcodec_find_decoder(id));
  context->extradata = static_cast<std::uint8_t*>(av_mallocz(config.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  std::copy(config.begin(), config.end(), context->extradata);
  context->extradata_size = static_cast<int>(config.size());
  hls::av::check(avcodec_open2(context.get(), context->codec, nullptr), avcodec_get_name(id));
  return context;
}

hls::Time time_of(std::int64_t value, AVRational base) {
  return value == AV_NOPTS_VALUE ? hls::unknown_time : hls::Time(av_rescale_q(value, base, {1, 1'000'000'000}));
}

hls::Codec codec_of(AVCodecID id) {
  using hls::Codec;
  static std::map<AVCodecID, Codec> const codecs{{AV_CODEC_ID_H264, Codec::h264},
                                                 {AV_CODEC_ID_HEVC, Codec::h265},
                                                 {AV_CODEC_ID_VP8, Codec::vp8},
                                                 {AV_CODEC_ID_VP9, Codec::vp9},
                                                 {AV_CODEC_ID_AV1, Codec::av1},
                                                 {AV_CODEC_ID_MPEG2VIDEO, Codec::mpeg2},
                                                 {AV_CODEC_ID_AAC, Codec::aac},
                                                 {AV_CODEC_ID_MP3, Codec::mp3},
                                                 {AV_CODEC_ID_MP2, Codec::mp2},
                                                 {AV_CODEC_ID_AC3, Codec::ac3},
                                                 {AV_CODEC_ID_EAC3, Codec::eac3},
                                                 {AV_CODEC_ID_DTS, Codec::dts},
                                                 {AV_CODEC_ID_TRUEHD, Codec::truehd},
                                                 {AV_CODEC_ID_OPUS, Codec::opus},
                                                 {AV_CODEC_ID_VORBIS, Codec::vorbis},
                                                 {AV_CODEC_ID_FLAC, Codec::flac},
                                                 {AV_CODEC_ID_ALAC, Codec::alac},
                                                 {AV_CODEC_ID_WMAV1, Codec::wma},
                                                 {AV_CODEC_ID_WMAV2, Codec::wma},
                                                 {AV_CODEC_ID_TTA, Codec::other_audio},
                                                 {AV_CODEC_ID_WAVPACK, Codec::other_audio},
                                                 {AV_CODEC_ID_PCM_S16LE, Codec::pcm},
                                                 {AV_CODEC_ID_PCM_S24LE, Codec::pcm},
                                                 {AV_CODEC_ID_PCM_F32LE, Codec::pcm},
                                                 {AV_CODEC_ID_PCM_ALAW, Codec::pcm}};
  auto const found = codecs.find(id);
  return found == codecs.end() ? Codec::unknown : found->second;
}

}  // namespace hls_test
