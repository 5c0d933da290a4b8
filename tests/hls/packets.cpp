// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/packets.hpp"

#include "hls/av_file.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

namespace hls_test {
namespace {

using hls::Codec;
using Piece = std::span<std::uint8_t const>;

std::uint64_t mix(std::uint64_t hash, Piece piece) {
  for (auto const byte : piece) hash = (hash ^ byte) * 0x100000001b3ULL;
  return hash;
}

bool is_slice(Codec codec, std::uint8_t header) {
  if (codec == Codec::h264) return (header & 31) >= 1 && (header & 31) <= 5;
  return (header >> 1 & 63) < 32;
}

/// Annex B or with lengths: whichever holds together.
std::uint64_t slices(Codec codec, Piece bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  std::size_t at = 0;
  bool lengths = true;
  while (at < bytes.size()) {
    if (bytes.size() - at < 4) {
      lengths = false;
      break;
    }
    std::size_t const length =
        static_cast<std::size_t>(bytes[at]) << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
    if (length == 1 || length > bytes.size() - at - 4) {
      lengths = false;
      break;
    }
    at += 4 + length;
  }
  if (lengths) {
    for (at = 0; at + 4 < bytes.size();) {
      std::size_t const length =
          static_cast<std::size_t>(bytes[at]) << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3];
      if (length && is_slice(codec, bytes[at + 4])) hash = mix(hash, bytes.subspan(at + 4, length));
      at += 4 + length;
    }
    return hash;
  }
  auto const next = [&](std::size_t from) {
    for (; from + 3 <= bytes.size(); ++from)
      if (bytes[from] == 0 && bytes[from + 1] == 0 && bytes[from + 2] == 1) return from;
    return bytes.size();
  };
  for (at = next(0); at < bytes.size();) {
    auto const begin = at + 3;
    auto const following = next(begin);
    auto end = following;
    while (end > begin && bytes[end - 1] == 0) --end;
    if (end > begin && is_slice(codec, bytes[begin])) hash = mix(hash, bytes.subspan(begin, end - begin));
    at = following;
  }
  return hash;
}

}  // namespace

std::uint64_t content_of(Codec codec, std::vector<std::uint8_t> const& bytes) {
  Piece piece = bytes;
  if (codec == Codec::h264 || codec == Codec::h265) return slices(codec, piece);
  if (codec == Codec::aac && piece.size() > 7 && piece[0] == 0xff && (piece[1] & 0xf6) == 0xf0)
    piece = piece.subspan(piece[1] & 1 ? 7 : 9);
  return mix(0xcbf29ce484222325ULL, piece);
}

std::vector<Stream> packets_of(std::filesystem::path const& film) {
  auto const input = open_av(film);
  std::vector<Stream> streams(input->nb_streams);
  for (unsigned i = 0; i < input->nb_streams; ++i) {
    auto const* const parameters = input->streams[i]->codecpar;
    auto& stream = streams[i];
    stream.kind = parameters->codec_type == AVMEDIA_TYPE_VIDEO   ? hls::Kind::video
                  : parameters->codec_type == AVMEDIA_TYPE_AUDIO ? hls::Kind::audio
                                                                 : hls::Kind::text;
    stream.codec = codec_of(parameters->codec_id);
    stream.sample_rate = parameters->sample_rate;
    stream.channels = parameters->ch_layout.nb_channels;
    stream.width = parameters->width;
    stream.height = parameters->height;
  }
  each_packet(*input, [&](AVPacket const& packet) {
    auto const index = static_cast<std::size_t>(packet.stream_index);
    if (index >= streams.size()) return;
    auto& stream = streams[index];
    Packet one;
    one.has_pts = packet.pts != AV_NOPTS_VALUE;
    if (one.has_pts) one.pts = time_of(packet.pts, input->streams[index]->time_base);
    one.key = packet.flags & AV_PKT_FLAG_KEY;
    one.content = content_of(stream.codec, {packet.data, packet.data + packet.size});
    stream.packets.push_back(one);
  });
  return streams;
}

hls::Timeline scanned(std::filesystem::path const& film, hls::Container container, hls::Time grid) {
  hls::Timeline timeline;
  timeline.container = container;
  auto const streams = packets_of(film);
  auto const of_kind = [&](hls::Kind kind) {
    return std::find_if(streams.begin(), streams.end(), [&](auto const& stream) { return stream.kind == kind; });
  };
  auto stream = of_kind(hls::Kind::video);
  bool const sound = stream == streams.end();
  if (sound) stream = of_kind(hls::Kind::audio);
  if (stream == streams.end()) throw std::runtime_error("no stream");
  timeline.start = hls::Time::max();
  timeline.end = hls::Time::min();
  for (auto const& packet : stream->packets) {
    if (!packet.has_pts) continue;
    timeline.start = std::min(timeline.start, packet.pts);
    timeline.end = std::max(timeline.end, packet.pts + std::chrono::milliseconds(40));
    bool const far =
        timeline.key_frames.empty() || packet.pts - timeline.key_frames.back().time >= std::chrono::seconds(2);
    if (packet.key && (!sound || far)) timeline.key_frames.push_back({packet.pts, 0});
  }
  if (grid > hls::Time::zero()) {
    timeline.precision = hls::Timeline::Precision::nominal;
    timeline.grid = grid;
    timeline.key_frames.clear();
  }
  return timeline;
}

}  // namespace hls_test
