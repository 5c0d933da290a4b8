// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ts_writer.hpp"

#include "hls/aac_config.hpp"
#include "hls/annex_b.hpp"
#include "hls/byte_writer.hpp"
#include "hls/ticks.hpp"
#include "hls/ts_packets.hpp"
#include "hls/ts_tables.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace hls {
namespace {

using std::chrono::milliseconds;

constexpr Time buffered = milliseconds(400);    ///< how long before its DTS a picture begins to arrive
constexpr Time sound_lead = milliseconds(100);  ///< sound arrives that much before pictures of its time
/// ffmpeg reckons where segments begin from the decoding time of the first packet that it gets, and after a seek leaves
/// out what is decoded before that: each segment's key frame, if that packet were sound, or if rounding went wrong.
constexpr Time first_early = milliseconds(1);
constexpr int ticks_in_whole_us = 9;            // 100 us: ffmpeg rounds to these, once up and once down
constexpr Time clock_most = milliseconds(100);  ///< between two PCRs (2.7.2)
constexpr Time clock_step = milliseconds(80);
constexpr int clocks_in_a_row = 750;  ///< a minute; a longer pause is a damaged film's
constexpr std::size_t pes_most = 65535 - 32;

/// One PES packet, or (if that is empty) the clock alone.
struct Piece {
  Time when{};  ///< its place among the others
  std::size_t stream = 0;
  Bytes pes;
  bool random_access = false;
};

void append_stamp(ByteWriter& out, unsigned prefix, std::int64_t time) {
  auto const t = static_cast<std::uint64_t>(time);
  out.u8(prefix << 4 | (t >> 30 & 7) << 1 | 1);
  out.u16((t >> 15 & 0x7fff) << 1 | 1);
  out.u16((t & 0x7fff) << 1 | 1);
}

/// 2.4.3.6. `dts` only where it differs.
Bytes pes(int stream_id, std::int64_t pts, std::int64_t dts, Bytes const& payload) {
  Bytes bytes;
  bytes.reserve(payload.size() + 32);
  ByteWriter out(bytes);
  std::size_t const stamps = dts == pts ? 5 : 10;
  auto const plain = 9 + stamps + payload.size();
  auto const stuffing = TsPackets::pes_least - std::min(TsPackets::pes_least, plain);
  auto const length = plain + stuffing - 6;
  out.u24(1);
  out.u8(static_cast<unsigned>(stream_id));
  out.u16(length > 65535 ? 0 : length);  // 0: until the next one, which is for video only
  out.u8(0x84);                          // begins with an access unit
  out.u8(dts == pts ? 0x80 : 0xc0);
  out.u8(stamps + stuffing);
  append_stamp(out, dts == pts ? 2 : 3, pts);
  if (dts != pts) append_stamp(out, 1, dts);
  bytes.resize(bytes.size() + stuffing, 0xff);
  out.bytes(payload);
  return bytes;
}

/// The sequence header comes again before each key frame, as parameter sets do.
void append_mpeg2(Bytes& to, Track const& track, AccessUnit const& unit, bool with_header) {
  static constexpr std::uint8_t sequence_header[]{0, 0, 1, 0xb3};
  ByteWriter out(to);
  auto const begins = [&](Bytes const& bytes) {
    return bytes.size() > 4 && std::equal(std::begin(sequence_header), std::end(sequence_header), bytes.begin());
  };
  if (with_header && !begins(unit.data) && begins(track.codec_data)) out.bytes(track.codec_data);
  out.bytes(unit.data);
}

void add_pictures(std::vector<Piece>& pieces, std::size_t stream, Samples const& samples, bool film_begins) {
  std::optional<AnnexB> annex_b;
  if (samples.track.codec != Codec::mpeg2) annex_b.emplace(samples.track);
  bool first = true;
  Time when = Time::min();  // file order stays, whatever the times say
  for (auto const& unit : samples.units) {
    if (unit.data.empty()) continue;
    when = std::max(when, bounded(unit.dts));
    Bytes payload;
    payload.reserve(unit.data.size() + 256);
    auto const entry = unit.key || first;
    if (annex_b)
      annex_b->append(payload, unit, entry);
    else
      append_mpeg2(payload, samples.track, unit, entry);
    auto dts = ticks33(unit.dts);
    if (film_begins && first) {
      dts = ticks33(unit.dts - first_early);
      dts -= dts % ticks_in_whole_us;
    }
    pieces.push_back({when, stream, pes(0xe0, ticks33(unit.pts), dts, payload), unit.key});
    first = false;
  }
}

/// Frames of sound that follow each other without a gap share a PES packet.
void add_sound(std::vector<Piece>& pieces, std::size_t stream, int stream_id, Samples const& samples, bool is_clock) {
  auto const aac = samples.track.codec == Codec::aac ? aac_config(samples.track.codec_data) : std::nullopt;
  Time const most = is_clock ? clock_step : 2 * clock_step;
  Bytes payload;
  Time begin{}, expected{};
  auto const flush = [&] {
    if (payload.empty()) return;
    auto const stamp = ticks33(begin);
    pieces.push_back({is_clock ? begin : begin - sound_lead, stream, pes(stream_id, stamp, stamp, payload), is_clock});
    payload.clear();
  };
  for (auto const& unit : samples.units) {
    auto const size = unit.data.size() + (aac ? adts_header : 0);
    if (unit.data.empty() || size > pes_most || (aac && unit.data.size() > adts_most)) continue;
    auto const pts = bounded(unit.pts);
    if (std::chrono::abs(pts - expected) > milliseconds(5) || pts - begin >= most || payload.size() + size > pes_most)
      flush();
    if (payload.empty()) begin = pts;
    if (aac) append_adts(payload, *aac, unit.data.size());
    ByteWriter(payload).bytes(unit.data);
    auto const& track = samples.track;
    expected = pts + (track.frame_samples > 0 && track.sample_rate > 0
                          ? Time(std::int64_t{track.frame_samples} * 1'000'000'000 / track.sample_rate)
                          : bounded(unit.duration));
  }
  flush();
}

/// No sound before the second picture begins, which is when a demuxer has the first one whole.
void begin_with_picture(std::vector<Piece>& pieces) {
  auto const later = [](Piece const& piece) { return piece.stream != 0; };
  auto const sound = std::find_if(pieces.begin(), pieces.end(), later);
  auto const pictures = sound - pieces.begin();
  if (pictures == 0) return;
  auto not_before = pieces.front().when + 2 * sound_lead;
  if (pictures > 1) not_before = std::min(not_before, pieces[1].when);
  for (auto piece = sound; piece != pieces.end(); ++piece) piece->when = std::max(piece->when, not_before);
}

/// Clocks between the pieces of the PCR's stream where these are rarer than the standard allows.
void add_clocks(std::vector<Piece>& pieces, std::size_t stream, Time end) {
  std::vector<Time> times;
  Time first = Time::max();
  for (auto const& piece : pieces) {
    first = std::min(first, piece.when);
    if (piece.stream == stream) times.push_back(piece.when);
  }
  std::sort(times.begin(), times.end());
  if (times.empty()) {  // a segment without pictures: from where the sound's time begins
    if (pieces.empty()) return;
    first += sound_lead;
    pieces.push_back({first, stream, {}, false});
    times.push_back(first);
  }
  times.push_back(std::max(times.back(), end));
  for (std::size_t i = 0; i + 1 < times.size(); ++i) {
    if (times[i + 1] - times[i] <= clock_most) continue;
    auto when = times[i] + clock_step;
    for (int n = 0; n < clocks_in_a_row && when < times[i + 1]; ++n, when += clock_step)
      pieces.push_back({when, stream, {}, false});
  }
}

std::vector<TsStream> streams_of(Cut const& cut) {
  std::vector<TsStream> streams;
  int sounds = 0;
  for (auto const& samples : cut) {
    auto const& track = samples.track;
    if (!ts_carries(track)) throw std::invalid_argument(std::string("MPEG-TS can't carry ") + name_of(track.codec));
    if (track.kind == Kind::video) {
      if (!streams.empty()) throw std::invalid_argument("one video track, before all sound");
      streams.push_back({&track, video_pid, 0xe0});
    } else {
      if (sounds == static_cast<int>(ts_most_sounds)) throw std::invalid_argument("too many sound tracks for MPEG-TS");
      bool const mpeg = track.codec == Codec::aac || track.codec == Codec::mp3 || track.codec == Codec::mp2;
      streams.push_back({&track, video_pid + 1 + sounds, mpeg ? 0xc0 + sounds : 0xbd});
      ++sounds;
    }
  }
  return streams;
}

}  // namespace

bool ts_carries(Track const& track) {
  if (ts_stream_type(track) == 0) return false;
  if (track.codec == Codec::h264 || track.codec == Codec::h265)
    return nal_config(track.codec, track.codec_data).has_value();
  if (track.codec != Codec::aac) return true;
  auto const config = aac_config(track.codec_data);
  return config && fits_adts(*config);
}

Bytes ts_segment(Cut const& cut, std::uint32_t sequence) {
  auto const streams = streams_of(cut);
  TsPackets packets;
  packets.section(pat_pid, pat_section(), sequence);
  packets.section(pmt_pid, pmt_section(streams, streams.empty() ? 0x1fff : streams[0].pid), sequence);
  if (cut.empty()) return std::move(packets).take();

  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < cut.size(); ++i) {
    if (cut[i].track.kind == Kind::video)
      add_pictures(pieces, i, cut[i], sequence == 0);
    else
      add_sound(pieces, i, streams[i].stream_id, cut[i], i == 0);
  }
  if (cut[0].track.kind == Kind::video) begin_with_picture(pieces);
  add_clocks(pieces, 0, bounded(cut[0].end));
  std::stable_sort(pieces.begin(), pieces.end(), [](Piece const& a, Piece const& b) { return a.when < b.when; });

  std::vector<std::size_t> last(cut.size(), pieces.size());
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!pieces[i].pes.empty()) last[pieces[i].stream] = i;
    bytes += pieces[i].pes.size() + 192;
  }
  packets.reserve(bytes + bytes / 40 + 4096 * (cut.size() + 1));
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    auto const& piece = pieces[i];
    auto const pid = streams[piece.stream].pid;
    auto const pcr = ticks33(piece.when - buffered);
    if (piece.pes.empty())
      packets.clock(pid, pcr);
    else
      packets.pes(
          pid, piece.pes,
          {piece.stream == 0 ? std::optional(pcr) : std::nullopt, piece.random_access, last[piece.stream] == i});
  }
  return std::move(packets).take();
}

}  // namespace hls
