// SPDX-License-Identifier: LGPL-2.1-or-later
// The players' table. Each row says where its facts are from; what is not certain is left to `perhaps` or coded anew.
#include "hls/clients.hpp"

#include <glib.h>

#include <algorithm>

namespace hls {
namespace {

using enum Codec;

// What our segments can carry at all: RFC 8216 3.2 and what players take in MPEG-TS; ISO/IEC 14496-12 with its
// bindings.
constexpr std::array clients{
    // https://developer.samsung.com/smarttv/develop/specifications/general-specifications.html (HLS, its tags; WebVTT
    // out of band), …/media-specifications/2016-tv-video-specifications.html to 2020: H.264, HEVC Main10; AAC, HE-AAC,
    // MP3, AC-3, DD+ of all years; DTS only to 2017. VP9 and AV1 in WebM and MP4 files, not in HLS.
    Client{.name = "tizen",
           .title = "Samsung Tizen",
           .agents = {"Tizen", "SMART-TV"},
           .others = {"Web0S"},
           .prefers = Packaging::ts,
           .ts = {h264, h265, aac, mp3, ac3, eac3},
           .fmp4 = {h264, h265, aac, mp3, ac3, eac3},
           .perhaps_ts = {},
           .perhaps_fmp4 = {},
           .deep_h264 = false,
           .channels = 6,
           .text = true,
           .impatient = false},
    // https://webostv.developer.lge.com/develop/specifications/streaming-protocol-drm (HLS; EXT-X-MEDIA from 4.0),
    // …/video-audio-40: H.264, HEVC Main10; AAC, HE-AAC, AC-3, E-AC-3, MP3.
    Client{.name = "webos",
           .title = "LG webOS",
           .agents = {"Web0S", "webOS", "NetCast"},
           .others = {},
           .prefers = Packaging::ts,
           .ts = {h264, h265, aac, mp3, ac3, eac3},
           .fmp4 = {h264, h265, aac, ac3, eac3},
           .perhaps_ts = {},
           .perhaps_fmp4 = {},
           .deep_h264 = false,
           .channels = 6,
           .text = true,
           .impatient = false},
    // https://developer.roku.com/docs/specs/media/streaming-specifications.md: H.264, HEVC on 4K models; VP9 by DASH
    // only; Dolby only passed to a receiver; AAC of more than two channels is not decoded everywhere.
    Client{.name = "roku",
           .title = "Roku",
           .agents = {"Roku"},
           .others = {},
           .prefers = Packaging::ts,
           .ts = {h264, aac, mp3},
           .fmp4 = {h264, aac},
           .perhaps_ts = {h265},
           .perhaps_fmp4 = {h265},
           .deep_h264 = false,
           .channels = 2,
           .text = true,
           .impatient = false},
    // https://developers.google.com/cast/docs/media: MP2T and MP4; H.264 everywhere, HEVC and VP9 from Ultra on, AV1 on
    // the Google TV Streamer; AAC, MP3, Opus, FLAC; Dolby only passed through.
    Client{.name = "chromecast",
           .title = "Chromecast",
           .agents = {"CrKey"},
           .others = {},
           .prefers = Packaging::ts,
           .ts = {h264, aac, mp3},
           .fmp4 = {h264, aac, mp3, opus, flac},
           .perhaps_ts = {},
           .perhaps_fmp4 = {h265, vp9, av1},
           .deep_h264 = false,
           .channels = 6,
           .text = true,
           .impatient = false},
    // https://developer.android.com/media/media3/exoplayer/supported-formats (HLS: TS, fMP4, ADTS, MP3, WebVTT) and
    // https://developer.android.com/media/platform/supported-formats (decoders of every device: H.264, HEVC, VP9, AAC,
    // MP3, Opus, FLAC; AV1 from 10 on; Dolby depends on the maker). Its HTTP source waits 8 s.
    Client{.name = "exoplayer",
           .title = "Android TV (ExoPlayer)",
           .agents = {"ExoPlayer", "AndroidXMedia3", "Android TV", "stagefright"},
           .others = {},
           .prefers = Packaging::ts,
           .ts = {h264, h265, aac, mp3},
           .fmp4 = {h264, h265, vp9, aac, mp3, opus, flac},
           .perhaps_ts = {},
           .perhaps_fmp4 = {av1},
           .deep_h264 = false,
           .channels = 6,
           .text = true,
           .impatient = true},
    // TVs and boxes of HbbTV (ETSI TS 102 796 7.3: H.264, HEVC with UHD; HE-AAC, E-AC-3 by country): HLS by their
    // makers.
    Client{.name = "hbbtv",
           .title = "HbbTV",
           .agents = {"HbbTV", "NetTV", "VIDAA", "Opera TV"},
           .others = {},
           .prefers = Packaging::ts,
           .ts = {h264, aac, mp3, ac3, eac3},
           .fmp4 = {h264, aac, ac3, eac3},
           .perhaps_ts = {h265},
           .perhaps_fmp4 = {h265},
           .deep_h264 = false,
           .channels = 6,
           .text = true,
           .impatient = false},
    // VLC, ffmpeg's and GStreamer's demuxers and decoders, all software: their sources. FLAC, Opus, VP9, AV1 only
    // because MPEG-TS has no common way to carry them.
    Client{.name = "vlc",
           .title = "VLC",
           .agents = {"VLC", "LibVLC"},
           .others = {},
           .prefers = Packaging::ts,
           .ts = {h264, h265, aac, mp3, mp2, ac3, eac3},
           .fmp4 = {h264, h265, vp9, av1, aac, mp3, ac3, eac3, opus, flac},
           .perhaps_ts = {},
           .perhaps_fmp4 = {},
           .deep_h264 = true,
           .channels = 0,
           .text = true,
           .impatient = false},
    // libavformat/hls.c: subtitle renditions are not read; no seeking in fMP4 (design/hls.md e2).
    Client{.name = "ffmpeg",
           .title = "ffmpeg, mpv, Kodi",
           .agents = {"Lavf/", "libmpv", "mpv", "Kodi", "MPlayer"},
           .others = {},
           .prefers = Packaging::ts,
           .ts = {h264, h265, aac, mp3, mp2, ac3, eac3},
           .fmp4 = {h264, h265, vp9, av1, aac, mp3, ac3, eac3, opus, flac},
           .perhaps_ts = {},
           .perhaps_fmp4 = {},
           .deep_h264 = true,
           .channels = 0,
           .text = false,
           .impatient = false},
    Client{.name = "gstreamer",
           .title = "GStreamer",
           .agents = {"GStreamer", "souphttpsrc", "playbin"},
           .others = {},
           .prefers = Packaging::ts,
           .ts = {h264, h265, aac, mp3, mp2, ac3, eac3},
           .fmp4 = {h264, h265, vp9, av1, aac, mp3, ac3, eac3, opus, flac},
           .perhaps_ts = {},
           .perhaps_fmp4 = {},
           .deep_h264 = true,
           .channels = 0,
           .text = true,
           .impatient = false},
    // https://developer.apple.com/documentation/http-live-streaming/hls-authoring-specification-for-apple-devices: 1.1
    // H.264, HEVC (and AV1 where there is a decoder), 1.5 HEVC only in fMP4; 2.x AAC, AC-3, E-AC-3, FLAC and Apple
    // Lossless in fMP4; MP3 not in fMP4; 4 WebVTT. Safari and every app with AVPlayer.
    Client{.name = "safari",
           .title = "Safari, iPhone, Apple TV",
           .agents = {"AppleCoreMedia", "Safari/", "iPhone", "iPad", "AppleTV"},
           .others = {"Chrome/", "Chromium/", "Android", "Linux"},
           .prefers = Packaging::ts,
           .ts = {h264, aac, mp3, ac3, eac3},
           .fmp4 = {h264, h265, aac, ac3, eac3, flac},
           .perhaps_ts = {},
           .perhaps_fmp4 = {av1},
           .deep_h264 = false,
           .channels = 0,
           .text = true,
           .impatient = false},
    // hls.js in Chrome, Edge, Firefox: https://github.com/video-dev/hls.js (README, features; docs/API.md
    // fragLoadPolicy.maxTimeToFirstByteMs = 10 s; HEVC in TS
    // only from 1.6 on); https://caniuse.com/hevc: only with a decoder in hardware; no
    // browser
    // but Edge and Safari decodes Dolby.
    Client{.name = "hlsjs",
           .title = "hls.js",
           .agents = {"Chrome/", "Chromium/", "Firefox/", "Edg/", "OPR/"},
           .others = {},
           .prefers = Packaging::ts,
           .ts = {h264, aac, mp3},
           .fmp4 = {h264, vp9, av1, aac, mp3, opus, flac},
           .perhaps_ts = {},
           .perhaps_fmp4 = {h265},
           .deep_h264 = false,
           .channels = 0,
           .text = true,
           .impatient = true},
    // Nobody we know: what every player of HLS has had for years. Last: it fits always.
    Client{.name = "cautious",
           .title = "an unknown player",
           .agents = {""},
           .others = {},
           .prefers = Packaging::ts,
           .ts = {h264, aac, mp3},
           .fmp4 = {h264, aac},
           .perhaps_ts = {h265},
           .perhaps_fmp4 = {h265, vp9, av1},
           .deep_h264 = false,
           .channels = 6,
           .text = true,
           .impatient = false},
};

bool contains(std::string_view text, char const* part) {
  return part != nullptr && text.find(part) != std::string_view::npos;
}

}  // namespace

Client const* client_of(std::string_view name, std::string_view user_agent) {
  for (auto const& client : clients) {
    if (!name.empty()) {
      if (name.size() == std::string_view(client.name).size() &&
          g_ascii_strncasecmp(name.data(), client.name, name.size()) == 0) {
        return &client;
      }
      continue;
    }
    auto const in_agent = [user_agent](char const* part) { return contains(user_agent, part); };
    if (std::any_of(client.agents.begin(), client.agents.end(), in_agent) &&
        std::none_of(client.others.begin(), client.others.end(), in_agent)) {
      return &client;
    }
  }
  return nullptr;
}

std::vector<std::string> client_names() {
  std::vector<std::string> names;
  names.reserve(clients.size());
  for (auto const& client : clients) names.emplace_back(client.name);
  return names;
}

}  // namespace hls
