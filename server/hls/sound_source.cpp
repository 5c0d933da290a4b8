// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/sound_source.hpp"

#include "glib/ref.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace hls {
namespace {

using Caps = glib::Ref<GstCaps>;

Caps caps_of(Track const& track) {
  return Caps::adopt(track.caps.empty() ? nullptr : gst_caps_from_string(track.caps.c_str()));
}
GstStructure const* structure(Caps const& caps) {
  return caps && !gst_caps_is_any(caps.get()) && gst_caps_get_size(caps.get()) > 0
             ? gst_caps_get_structure(caps.get(), 0)
             : nullptr;
}
std::string_view text(GstStructure const* in, char const* field) {
  auto const* found = in ? gst_structure_get_string(in, field) : nullptr;
  return found ? found : "";
}
int number(GstStructure const* in, char const* field) {
  int found = 0;
  if (in) gst_structure_get_int(in, field, &found);
  return found;
}

struct Row {
  std::string_view name;
  AVCodecID id;
};

/// Formats of audio/x-raw.
constexpr std::array raw_formats{
    Row{"S8", AV_CODEC_ID_PCM_S8},       Row{"U8", AV_CODEC_ID_PCM_U8},       Row{"S16LE", AV_CODEC_ID_PCM_S16LE},
    Row{"S16BE", AV_CODEC_ID_PCM_S16BE}, Row{"U16LE", AV_CODEC_ID_PCM_U16LE}, Row{"U16BE", AV_CODEC_ID_PCM_U16BE},
    Row{"S24LE", AV_CODEC_ID_PCM_S24LE}, Row{"S24BE", AV_CODEC_ID_PCM_S24BE}, Row{"U24LE", AV_CODEC_ID_PCM_U24LE},
    Row{"U24BE", AV_CODEC_ID_PCM_U24BE}, Row{"S32LE", AV_CODEC_ID_PCM_S32LE}, Row{"S32BE", AV_CODEC_ID_PCM_S32BE},
    Row{"U32LE", AV_CODEC_ID_PCM_U32LE}, Row{"U32BE", AV_CODEC_ID_PCM_U32BE}, Row{"F32LE", AV_CODEC_ID_PCM_F32LE},
    Row{"F32BE", AV_CODEC_ID_PCM_F32BE}, Row{"F64LE", AV_CODEC_ID_PCM_F64LE}, Row{"F64BE", AV_CODEC_ID_PCM_F64BE},
};
/// What has no name of its own in Codec.
constexpr std::array rare_media{
    Row{"audio/x-alaw", AV_CODEC_ID_PCM_ALAW},
    Row{"audio/x-mulaw", AV_CODEC_ID_PCM_MULAW},
    Row{"audio/x-tta", AV_CODEC_ID_TTA},
    Row{"audio/x-wavpack", AV_CODEC_ID_WAVPACK},
    Row{"audio/x-speex", AV_CODEC_ID_SPEEX},
    Row{"audio/x-nellymoser", AV_CODEC_ID_NELLYMOSER},
    Row{"audio/AMR", AV_CODEC_ID_AMR_NB},
    Row{"audio/AMR-WB", AV_CODEC_ID_AMR_WB},
    Row{"audio/x-private-ts-lpcm", AV_CODEC_ID_PCM_BLURAY},
    Row{"audio/x-smpte-302m", AV_CODEC_ID_S302M},
    Row{"audio/x-gst-av-s302m", AV_CODEC_ID_S302M},
    Row{"audio/x-private1-lpcm", AV_CODEC_ID_PCM_DVD},
    Row{"audio/x-ms-gsm", AV_CODEC_ID_GSM_MS},
};
constexpr std::array adpcm_layouts{
    Row{"microsoft", AV_CODEC_ID_ADPCM_MS},     Row{"dvi", AV_CODEC_ID_ADPCM_IMA_WAV},
    Row{"quicktime", AV_CODEC_ID_ADPCM_IMA_QT}, Row{"swf", AV_CODEC_ID_ADPCM_SWF},
    Row{"g726", AV_CODEC_ID_ADPCM_G726},
};

template <std::size_t N>
AVCodecID look_up(std::array<Row, N> const& table, std::string_view name) {
  auto const* found = std::find_if(table.begin(), table.end(), [&](Row const& row) { return row.name == name; });
  return found == table.end() ? AV_CODEC_ID_NONE : found->id;
}

AVCodecID by_caps(GstStructure const* caps) {
  if (!caps) return AV_CODEC_ID_NONE;
  std::string_view const name = gst_structure_get_name(caps);
  if (name == "audio/x-raw") return look_up(raw_formats, text(caps, "format"));
  if (name == "audio/x-adpcm") return look_up(adpcm_layouts, text(caps, "layout"));
  return look_up(rare_media, name);
}

AVCodecID wma(GstStructure const* caps) {
  if (caps && gst_structure_has_name(caps, "audio/x-wms")) return AV_CODEC_ID_WMAVOICE;
  switch (number(caps, "wmaversion")) {
    case 1:
      return AV_CODEC_ID_WMAV1;
    case 3:
      return AV_CODEC_ID_WMAPRO;
    case 4:
      return AV_CODEC_ID_WMALOSSLESS;
    default:
      return AV_CODEC_ID_WMAV2;
  }
}

Bytes buffer_bytes(GValue const* value) {
  if (!value || !GST_VALUE_HOLDS_BUFFER(value)) return {};
  GstMapInfo map;
  auto* buffer = gst_value_get_buffer(value);
  if (!buffer || !gst_buffer_map(buffer, &map, GST_MAP_READ)) return {};
  Bytes bytes(map.data, map.data + map.size);
  gst_buffer_unmap(buffer, &map);
  return bytes;
}
std::vector<Bytes> stream_headers(GstStructure const* caps) {
  std::vector<Bytes> headers;
  auto const* value = caps ? gst_structure_get_value(caps, "streamheader") : nullptr;
  if (!value || !GST_VALUE_HOLDS_ARRAY(value)) return headers;
  for (guint i = 0; i < gst_value_array_get_size(value); ++i)
    headers.push_back(buffer_bytes(gst_value_array_get_value(value, i)));
  return headers;
}

/// Each of Vorbis' three headers after its length, big endian: one of the forms that libavcodec takes.
Bytes with_lengths(std::vector<Bytes> const& headers) {
  Bytes joined;
  for (auto const& header : headers) {
    if (header.size() > 0xFFFF) return {};
    joined.push_back(static_cast<std::uint8_t>(header.size() >> 8));
    joined.push_back(static_cast<std::uint8_t>(header.size()));
    joined.insert(joined.end(), header.begin(), header.end());
  }
  return joined;
}

/// The STREAMINFO alone (RFC 9639 8.2), from a stream's beginning, Ogg's first packet or a dfLa box.
Bytes stream_info(Bytes const& data) {
  constexpr std::size_t size = 34;
  if (data.size() <= size) return data;
  constexpr std::string_view magic = "fLaC";
  auto const front = data.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(data.size(), 16));
  auto const found = std::search(data.begin(), front, magic.begin(), magic.end());
  auto const at = static_cast<std::size_t>(found == front ? 4 : found - data.begin() + 4) + 4;
  if (at + size > data.size()) return {};
  return {data.begin() + static_cast<std::ptrdiff_t>(at), data.begin() + static_cast<std::ptrdiff_t>(at + size)};
}

/// QuickTime's atom around the 24 bytes that Matroska has.
Bytes magic_cookie(Bytes const& data) {
  if (data.size() != 24) return data;
  Bytes atom{0, 0, 0, 36, 'a', 'l', 'a', 'c', 0, 0, 0, 0};
  atom.insert(atom.end(), data.begin(), data.end());
  return atom;
}

bool begins_with_dts_core(Bytes const& frame) {
  constexpr std::array<std::uint8_t, 4> sync{0x7F, 0xFE, 0x80, 0x01};
  return frame.size() >= sync.size() && std::equal(sync.begin(), sync.end(), frame.begin());
}

}  // namespace

AVCodecID sound_codec(Track const& track) {
  auto const caps = caps_of(track);
  auto const* fields = structure(caps);
  switch (track.codec) {
    case Codec::aac:
      return text(fields, "stream-format") == "loas" ? AV_CODEC_ID_AAC_LATM : AV_CODEC_ID_AAC;
    case Codec::mp3:
      return AV_CODEC_ID_MP3;
    case Codec::mp2:
      return AV_CODEC_ID_MP2;
    case Codec::ac3:
      return AV_CODEC_ID_AC3;
    case Codec::eac3:
      return AV_CODEC_ID_EAC3;
    case Codec::dts:
      return AV_CODEC_ID_DTS;
    case Codec::truehd:
      return AV_CODEC_ID_TRUEHD;
    case Codec::opus:
      return AV_CODEC_ID_OPUS;
    case Codec::vorbis:
      return AV_CODEC_ID_VORBIS;
    case Codec::flac:
      return AV_CODEC_ID_FLAC;
    case Codec::alac:
      return AV_CODEC_ID_ALAC;
    case Codec::wma:
      return wma(fields);
    case Codec::pcm:
    case Codec::other_audio:
      return by_caps(fields);
    default:
      return AV_CODEC_ID_NONE;
  }
}

Bytes sound_extradata(Track const& track) {
  auto const caps = caps_of(track);
  auto const* fields = structure(caps);
  auto data = track.codec_data;
  if (data.empty() && fields) data = buffer_bytes(gst_structure_get_value(fields, "codec_data"));
  auto const headers = data.empty() ? stream_headers(fields) : std::vector<Bytes>{};
  if (track.codec == Codec::vorbis) return data.empty() ? with_lengths(headers) : data;
  if (data.empty() && !headers.empty()) data = headers.front();
  if (track.codec == Codec::flac) return stream_info(data);
  if (track.codec == Codec::alac) return magic_cookie(data);
  return data;
}

av::Codec open_sound_decoder(Track const& track, Bytes const& first) {
  auto const* codec = avcodec_find_decoder(sound_codec(track));
  if (!codec) throw std::runtime_error(std::string("there is no decoder for ") + name_of(track.codec));
  auto context = av::context(codec);
  auto const extradata = sound_extradata(track);
  if (!extradata.empty()) {
    context->extradata =
        av::not_null(static_cast<std::uint8_t*>(av_mallocz(extradata.size() + AV_INPUT_BUFFER_PADDING_SIZE)));
    std::copy(extradata.begin(), extradata.end(), context->extradata);
    context->extradata_size = static_cast<int>(extradata.size());
  }
  auto const caps = caps_of(track);
  auto const* fields = structure(caps);
  context->sample_rate = track.sample_rate;
  if (track.channels > 0) av_channel_layout_default(&context->ch_layout, track.channels);
  context->block_align = number(fields, "block_align");
  context->bit_rate = number(fields, "bitrate");
  context->bits_per_coded_sample = std::max(number(fields, "depth"), number(fields, "width"));
  // Our time stamps are numbers of access units; what is to be skipped is known by Track::priming.
  context->flags2 |= AV_CODEC_FLAG2_SKIP_MANUAL;
  // Where a check sum tells damage for sure. Others have wrong ones in good films.
  if (track.codec == Codec::ac3 || track.codec == Codec::eac3 || track.codec == Codec::flac)
    context->err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;
  // The lossless extension comes and goes with damage, and with it the rate; for stereo AAC the core is plenty.
  if (track.codec == Codec::dts && begins_with_dts_core(first)) av_opt_set(context->priv_data, "core_only", "1", 0);
  av::check(avcodec_open2(context.get(), codec, nullptr), "the sound's decoder can't be opened");
  return context;
}

}  // namespace hls
