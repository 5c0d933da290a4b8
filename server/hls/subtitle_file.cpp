// SPDX-License-Identifier: LGPL-2.1-or-later
// Cues of a file beside the film. libavformat reads the formats, libavcodec makes ASS of the rarer ones; ours are the
// encoding, the sloppiness, and what becomes of the text.
#include "hls/ass.hpp"
#include "hls/charset.hpp"
#include "hls/cue_timing.hpp"
#include "hls/markup.hpp"
#include "hls/subrip_lines.hpp"
#include "hls/ttml.hpp"
#include "hls/webvtt.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
}

namespace hls {
namespace {

constexpr std::size_t most_bytes = 16 << 20;
constexpr std::size_t most_cues = 200000;

/// libavformat's text formats, but for "srt", which is what nothing else is.
constexpr std::array<std::string_view, 13> probed{"ass",        "microdvd", "mpl2",    "sami",     "subviewer",
                                                  "subviewer1", "vplayer",  "jacosub", "realtext", "stl",
                                                  "mpsub",      "pjs",      "aqtitle"};

bool has(std::string_view text, std::string_view what) { return text.find(what) != text.npos; }

/// "{12}{34}" or "[12][34]" in front.
bool is_numbered(std::string_view text, char open, char close) {
  for (int i = 0; i < 2; ++i) {
    auto const end = std::min(text.find(close), text.size());
    if (text.empty() || text[0] != open || text.substr(1, end - 1).find_first_not_of("0123456789") != text.npos)
      return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

std::string format_of(std::string const& text, std::string const& name) {
  auto const begin = text.find_first_not_of(" \t\r\n");
  auto const head = std::string_view(text).substr(std::min(begin, text.size()), 4096);
  if (head.starts_with("WEBVTT")) return "webvtt";
  if (head.starts_with("[Script Info]") || head.starts_with("[script info]") || has(head, "\nDialogue:")) return "ass";
  if (head.starts_with("<") && (has(head, "<tt") || has(head, ":tt "))) return "ttml";
  // libavformat wants to see three such lines.
  if (is_numbered(head, '{', '}')) return "microdvd";
  if (is_numbered(head, '[', ']')) return "mpl2";
  auto padded = text.substr(0, 64 << 10);
  auto const size = static_cast<int>(padded.size());
  padded.resize(padded.size() + AVPROBE_PADDING_SIZE);
  AVProbeData probe{name.c_str(), reinterpret_cast<unsigned char*>(padded.data()), size, nullptr};
  int score = AVPROBE_SCORE_EXTENSION / 2;
  auto const* const found = av_probe_input_format2(&probe, 1, &score);
  if (found != nullptr && std::find(probed.begin(), probed.end(), found->name) != probed.end()) return found->name;
  return "srt";
}

/// A file in memory, as libavformat wants it.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : left_(bytes) {
    constexpr int size = 16 << 10;
    io_ = avio_alloc_context(static_cast<unsigned char*>(av_malloc(size)), size, 0, this, read, nullptr, nullptr);
    if (io_ == nullptr) throw std::bad_alloc();
  }
  MemoryFile(MemoryFile const&) = delete;
  MemoryFile& operator=(MemoryFile const&) = delete;
  ~MemoryFile() {
    av_freep(&io_->buffer);
    avio_context_free(&io_);
  }
  [[nodiscard]] AVIOContext* io() const { return io_; }

 private:
  static int read(void* self, std::uint8_t* into, int size) {
    auto& left = static_cast<MemoryFile*>(self)->left_;
    auto const taken = std::min(left.size(), static_cast<std::size_t>(std::max(size, 0)));
    if (taken == 0) return AVERROR_EOF;
    std::memcpy(into, left.data(), taken);
    left.remove_prefix(taken);
    return static_cast<int>(taken);
  }
  std::string_view left_;
  AVIOContext* io_ = nullptr;
};

struct CloseInput {
  void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
};
struct FreePacket {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct FreeDecoder {
  void operator()(AVCodecContext* decoder) const { avcodec_free_context(&decoder); }
};

using Decoder = std::unique_ptr<AVCodecContext, FreeDecoder>;
Decoder open_decoder(AVStream const& stream) {
  auto const* const codec = avcodec_find_decoder(stream.codecpar->codec_id);
  Decoder decoder(codec == nullptr ? nullptr : avcodec_alloc_context3(codec));
  if (!decoder || avcodec_parameters_to_context(decoder.get(), stream.codecpar) < 0) return {};
  decoder->pkt_timebase = stream.time_base;
  if (avcodec_open2(decoder.get(), codec, nullptr) < 0) return {};
  return decoder;
}

/// libavformat 59 gives up at the first block that it doesn't know (STYLE, REGION). X-TIMESTAMP-MAP is of the segments
/// that the file was joined from, and means nothing beside a film.
std::vector<Cue> read_webvtt(std::string_view text) {
  std::vector<Cue> cues;
  auto const line_of = [&text] {
    auto const end = std::min(text.find_first_of("\r\n"), text.size());
    auto const line = text.substr(0, end);
    text.remove_prefix(std::min(end + (text.substr(end).starts_with("\r\n") ? 2 : 1), text.size()));
    return line;
  };
  while (!text.empty() && cues.size() < most_cues) {
    auto const timing = timing_of(line_of());
    if (!timing) continue;
    CueText plain;
    while (!text.empty()) {
      auto const line = line_of();
      if (line.empty()) break;
      Placement ignored;
      put_markup(plain, ignored, line, {.entities = true, .overrides = false});
      plain.put("\n");
    }
    auto shown = plain.take();
    if (shown.empty()) continue;
    std::chrono::milliseconds const begin(timing->begin), end(timing->end);
    cues.push_back({begin, end, std::move(shown), clean_settings(timing->rest)});
  }
  return cues;
}

class Import {
 public:
  explicit Import(AVStream const& stream) : stream_(stream), id_(stream.codecpar->codec_id) {
    auto const& codec = *stream.codecpar;
    std::string_view header(reinterpret_cast<char const*>(codec.extradata),
                            static_cast<std::size_t>(codec.extradata_size));
    if (id_ != AV_CODEC_ID_ASS && id_ != AV_CODEC_ID_SUBRIP) {
      decoder_ = open_decoder(stream);
      if (decoder_) {
        header = {reinterpret_cast<char const*>(decoder_->subtitle_header),
                  static_cast<std::size_t>(std::max(decoder_->subtitle_header_size, 0))};
      }
    }
    script_ = std::make_unique<AssScript>(header);
  }

  void take(AVPacket& packet) {
    if (packet.pts == AV_NOPTS_VALUE || packet.size <= 0) return;
    auto const time = [this](std::int64_t ticks) {
      return Time(av_rescale_q(ticks, stream_.time_base, AVRational{1, 1'000'000'000}));
    };
    Cue cue{.begin = time(packet.pts), .end = {}, .text = {}, .settings = {}};
    cue.end = cue.begin + time(std::clamp<std::int64_t>(packet.duration, 0, 1'000'000'000));
    std::string_view const text(reinterpret_cast<char const*>(packet.data), static_cast<std::size_t>(packet.size));
    if (id_ == AV_CODEC_ID_SUBRIP) {
      CueText plain;
      Placement placement;
      put_markup(plain, placement, text, {.entities = true, .overrides = true});
      auto const lines = 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
      add(cue, plain.take(), settings_of(placement, lines));
    } else if (id_ == AV_CODEC_ID_ASS) {
      auto shown = script_->event(text);
      add(cue, std::move(shown.text), std::move(shown.settings));
    } else if (decoder_) {
      decode(packet, cue);
    }
  }
  [[nodiscard]] std::vector<Cue>& cues() { return cues_; }

 private:
  void decode(AVPacket& packet, Cue const& cue) {
    AVSubtitle subtitle{};
    int got = 0;
    if (avcodec_decode_subtitle2(decoder_.get(), &subtitle, &got, &packet) < 0 || got == 0) return;
    for (unsigned i = 0; i < subtitle.num_rects; ++i) {
      if (subtitle.rects[i]->ass == nullptr) continue;
      // libavcodec leaves them as they are.
      bool const entities = id_ == AV_CODEC_ID_SAMI || id_ == AV_CODEC_ID_REALTEXT;
      auto shown = script_->event(entities ? without_entities(subtitle.rects[i]->ass) : subtitle.rects[i]->ass);
      add(cue, std::move(shown.text), std::move(shown.settings));
    }
    avsubtitle_free(&subtitle);
  }
  void add(Cue const& when, std::string text, std::string settings) {
    if (!text.empty()) cues_.push_back({when.begin, when.end, std::move(text), std::move(settings)});
  }

  AVStream const& stream_;
  AVCodecID id_;
  Decoder decoder_;
  std::unique_ptr<AssScript> script_;
  std::vector<Cue> cues_;
};

std::vector<Cue> read_with_libavformat(std::string const& text, std::string const& format, Rate film_rate) {
  MemoryFile const file(text);
  auto* context = avformat_alloc_context();
  if (context == nullptr) throw std::bad_alloc();
  context->pb = file.io();
  AVDictionary* options = nullptr;
  if (format == "microdvd" && film_rate.frames > 0 && film_rate.seconds > 0) {
    auto const rate = std::to_string(film_rate.frames) + "/" + std::to_string(film_rate.seconds);
    av_dict_set(&options, "subfps", rate.c_str(), 0);
  }
  auto const opened = avformat_open_input(&context, "", av_find_input_format(format.c_str()), &options);
  av_dict_free(&options);
  if (opened < 0) return {};
  std::unique_ptr<AVFormatContext, CloseInput> const closes(context);
  if (context->nb_streams == 0) return {};
  std::unique_ptr<AVPacket, FreePacket> const packet(av_packet_alloc());
  Import import(*context->streams[0]);
  while (import.cues().size() < most_cues && av_read_frame(context, packet.get()) >= 0) {
    if (packet->stream_index == 0) import.take(*packet);
    av_packet_unref(packet.get());
  }
  return std::move(import.cues());
}

}  // namespace

std::vector<Cue> read_subtitles(std::string_view bytes, std::string_view file_name, std::string_view language,
                                Rate film_rate) {
  std::string const name(file_name);
  if (bytes.size() > most_bytes) {
    throw std::invalid_argument(name + " has more than 16 MiB, which no subtitle has; look whether it is one");
  }
  // VobSub's pictures have the name of MicroDVD's text.
  if (bytes.starts_with(std::string_view("\0\0\1\xBA", 4))) {
    throw std::invalid_argument(name + " holds pictures (VobSub), which can't be made into text");
  }
  auto text = to_utf8(bytes, language);
  std::erase(text, '\0');
  auto const format = format_of(text, name);
  if (format == "srt") text = subrip_lines(text);
  auto cues = format == "ttml"     ? read_ttml(text)
              : format == "webvtt" ? read_webvtt(text)
                                   : read_with_libavformat(text, format, film_rate);
  if (cues.empty()) {
    throw std::invalid_argument(name + " holds no subtitle that could be read; SubRip, ASS or WebVTT would be");
  }
  tidy(cues);
  return cues;
}

}  // namespace hls
