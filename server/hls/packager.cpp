// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/packager.hpp"

#include "hls/cmaf_writer.hpp"
#include "hls/decoding_times.hpp"
#include "hls/joint.hpp"
#include "hls/key_pictures.hpp"
#include "hls/known_sets.hpp"
#include "hls/packed_audio.hpp"
#include "hls/silence.hpp"
#include "hls/sound_coder.hpp"
#include "hls/ts_writer.hpp"
#include "hls/webvtt.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace hls {
namespace {

constexpr std::string_view init_name = "init", init_extension = ".mp4";

bool sound_alone(Rendition const& r) { return r.sound && !r.video; }
bool is_text(Rendition const& r) { return r.text || r.sidecar; }

/// What is coded anew is carried by all.
bool carried(std::optional<Part> const& part, Facts const& facts, Packaging packaging) {
  if (!part || part->coded) return true;
  auto const& track = *facts.track(part->track);
  return packaging == Packaging::fmp4 ? cmaf_carries(track) : ts_carries(track);
}

/// What the sound is when it arrives.
Codec sound_codec(Rendition const& rendition, Facts const& facts) {
  auto const* track = facts.track(rendition.sound->track);
  return rendition.sound->coded ? Codec::aac : track->codec;
}

/// matroskademux takes CodecDelay off, qtdemux follows the edit list.
bool times_without_priming(Container container) {
  return container == Container::matroska || container == Container::iso || container == Container::fragmented_iso;
}

Samples coded(Facts const& facts, Cutter const& cutter, Demuxer& demuxer, int track, std::size_t index) {
  auto source = cutter.sound(demuxer, index, track, sound_before, sound_after);
  if (times_without_priming(facts.timeline.container)) source.track.priming = 0;
  auto const code = [&] {
    return code_sound(source, facts.segments[index], facts.measures.first.at(static_cast<std::size_t>(track)),
                      index == 0, index + 1 == facts.segments.size());
  };
  try {
    return code();
  } catch (std::runtime_error const&) {
    source.units.clear();  // damaged beyond the decoder's means: silence
    return code();
  }
}

/// Pictures and sound of a segment, but for pictures that are coded anew.
Cut cut(Item const& item, Facts const& facts, Demuxer& demuxer) {
  auto const& rendition = item.rendition;
  Cutter const cutter(facts.timeline, facts.measures, facts.segments);
  std::vector<int> tracks;
  if (rendition.video && !rendition.video->coded) tracks.push_back(rendition.video->track);
  if (rendition.sound && !rendition.sound->coded) tracks.push_back(rendition.sound->track);
  Cut cut;
  if (!tracks.empty()) cut = cutter.cut(demuxer, item.index, tracks);
  if (facts.video())  // which goes on
    for (auto& samples : cut)
      if (samples.track.kind == Kind::audio)
        fill_with_silence(samples, facts.segments[item.index],
                          facts.measures.first.at(static_cast<std::size_t>(samples.track.id)));
  if (rendition.sound && rendition.sound->coded)
    cut.push_back(coded(facts, cutter, demuxer, rendition.sound->track, item.index));
  return cut;
}

/// The track that stands for the film's in one of its reels: the same of its kind.
std::optional<Part> within(Facts const& reel, Facts const& film, std::optional<Part> const& part) {
  if (!part) return std::nullopt;
  auto const kind = film.track(part->track)->kind;
  auto const is_it = [&](Track const& track) { return track.kind == kind; };
  auto const before = std::count_if(film.tracks.begin(), film.tracks.begin() + part->track, is_it);
  auto left = before;
  // The master playlist names one codec: other sound is coded.
  for (auto const& track : reel.tracks)
    if (is_it(track) && left-- == 0)
      return Part{track.id, part->coded || (kind == Kind::audio && track.codec != film.track(part->track)->codec)};
  return std::nullopt;
}

/// An item as the reel sees it that it is of; unchanged if the film has none.
struct Inner {
  Inner(Item const& asked, Facts const& whole) : film(&whole), place(asked.index), item(asked), facts(film) {
    reel = film->reel(asked.index);
    if (!reel) return;
    facts = reel->facts.get();
    item.index -= reel->first;
    item.rendition.video = within(*facts, *film, item.rendition.video);
    item.rendition.sound = within(*facts, *film, item.rendition.sound);
    if (asked.rendition.video && !item.rendition.video)
      throw DemuxFailed("This part of the film has nothing of that kind.");
    for (auto const& part : {item.rendition.video, item.rendition.sound})
      if (!carried(part, *facts, item.rendition.packaging))
        throw DemuxFailed("This part of the film doesn't say how it is coded.");
    if (!item.rendition.sound) silent = asked.rendition.sound;
  }

  /// As the client sees them.
  [[nodiscard]] std::vector<Track> tracks() const {
    std::vector<Track> all;
    for (auto const& part : {item.rendition.video, item.rendition.sound})
      if (part) all.push_back(as_sent(*facts, *part));
    if (silent) all.push_back(as_sent(*film, *silent));
    return all;
  }

  /// Puts its times on the film's clock.
  [[nodiscard]] Cut placed(Cut cut) const {
    if (!reel) return cut;
    bool const begins = reel->first > 0 && item.index == 0;
    bool const ends = reel != &film->reels.back() && item.index + 1 == facts->segments.size();
    for (auto& samples : cut) {
      samples.end += reel->shift;
      for (auto& unit : samples.units) {
        unit.pts += reel->shift;
        unit.dts += reel->shift;
        // Players that know one init segment only (ffmpeg 5.1) find what is new in band.
        if (reel->first > 0 && samples.track.kind == Kind::video) settle_sets({}, samples.track, unit);
      }
      if (begins && samples.track.kind == Kind::video && item.rendition.packaging == Packaging::fmp4)
        decode_at_once(samples);
    }
    if (silent) cut.push_back(silence());
    for (auto& samples : cut) {
      if (samples.track.kind != Kind::audio) continue;
      if (begins) begin_at_joint(samples, film->segments[place]);
      if (ends) end_at_joint(samples, film->segments[place]);
    }
    return cut;
  }

  Facts const* film;
  std::size_t place;  ///< among the film's segments
  Item item;
  Facts const* facts;
  Reel const* reel = nullptr;
  std::optional<Part> silent;  ///< the film's sound, of which the reel has none

 private:
  [[nodiscard]] Samples silence() const {
    Samples samples{as_sent(*film, *silent), {}, film->segments[place].end};
    fill_with_silence(samples, film->segments[place], film->measures.first.at(static_cast<std::size_t>(silent->track)));
    return samples;
  }
};

/// `parts` as they are placed.
Bytes written(Item const& item, Cut const& parts) {
  auto const number = static_cast<std::uint32_t>(item.index);
  if (item.rendition.packaging == Packaging::fmp4) return cmaf_segment(number, parts);
  return sound_alone(item.rendition) ? packed_audio(parts.front()) : ts_segment(parts, number);
}

/// One picture of an I-frame playlist.
Cut picture(Inner const& inner, Demuxer& demuxer) {
  auto const& facts = *inner.facts;
  auto const pictures = inner.reel ? facts.segments : segments_of(inner.item.rendition, facts);
  Cutter const cutter(facts.timeline, facts.measures, pictures);
  return key_picture(cutter.cut(demuxer, inner.item.index, {inner.item.rendition.video->track}),
                     pictures[inner.item.index]);
}

Bytes text(Item const& item, Facts const& facts, Demuxer& demuxer) {
  Cutter const cutter(facts.timeline, facts.measures, facts.segments);
  auto const cues = cues_of(cutter.text(demuxer, item.index, *item.rendition.text));
  auto const written =
      webvtt_segment(cues, facts.segments[item.index], item.index == 0, item.index + 1 == facts.segments.size());
  return {written.begin(), written.end()};
}

}  // namespace

Track as_sent(Facts const& facts, Part const& part) {
  auto const& track = *facts.track(part.track);
  if (!part.coded) return track;
  return track.kind == Kind::audio ? coded_track(track) : facts.coder(track.id).track();
}

char const* extension(Rendition const& rendition, Facts const& facts) {
  if (is_text(rendition)) return ".vtt";
  if (rendition.packaging == Packaging::fmp4) return ".m4s";
  return sound_alone(rendition) ? packed_extension(sound_codec(rendition, facts)) : ".ts";
}

std::vector<Segment> segments_of(Rendition const& rendition, Facts const& facts) {
  // A file beside the film is one segment: nothing is saved by cutting it.
  if (rendition.sidecar) return {{facts.segments.front().begin, facts.segments.back().end, 0}};
  // Of a joined film one picture a segment: each part has key frames of its own.
  return rendition.key_frames && facts.reels.empty() ? plan_pictures(facts.timeline, facts.segments) : facts.segments;
}

std::vector<std::size_t> inits_of(Facts const& facts) {
  if (facts.reels.empty()) return {0};
  std::vector<std::size_t> firsts;
  for (auto const& reel : facts.reels) firsts.push_back(reel.first);
  return firsts;
}

std::string file_name(Item const& item, Facts const& facts) {
  if (item.init)
    return std::string(init_name) + (item.index > 0 ? "-" + std::to_string(item.index) : "") +
           std::string(init_extension);
  return std::to_string(item.index) + extension(item.rendition, facts);
}

std::optional<Item> parse_item(Rendition const& rendition, std::string_view file, Facts const& facts,
                               std::vector<Sidecar> const& sidecars) {
  auto const is = [&](std::optional<Part> const& part, Kind kind) {
    if (!part) return true;
    auto const* track = facts.track(part->track);
    return track && track->kind == kind;
  };
  if (!is(rendition.video, Kind::video) || !is(rendition.sound, Kind::audio)) return std::nullopt;
  if (!carried(rendition.video, facts, rendition.packaging) || !carried(rendition.sound, facts, rendition.packaging))
    return std::nullopt;
  // Neither what nothing can decode, nor single pictures of what is coded anew.
  if (rendition.video && rendition.video->coded &&
      (rendition.key_frames || !PictureCoder::can_code(*facts.track(rendition.video->track))))
    return std::nullopt;
  if (rendition.text && !is(Part{*rendition.text}, Kind::text)) return std::nullopt;
  if (rendition.sidecar &&
      std::none_of(sidecars.begin(), sidecars.end(), [&](Sidecar const& s) { return s.file == *rendition.sidecar; }))
    return std::nullopt;
  auto const count = segments_of(rendition, facts).size();
  Item item{rendition};
  if (rendition.packaging == Packaging::fmp4 && !is_text(rendition)) {
    item.init = true;
    for (auto const first : inits_of(facts)) {
      item.index = first;
      if (file_name(item, facts) == file) return item;
    }
    item.init = false;
  }
  auto const [end, error] = std::from_chars(file.data(), file.data() + file.size(), item.index);
  if (error != std::errc() || item.index >= count || file_name(item, facts) != file) return std::nullopt;
  return item;
}

char const* content_type(Item const& item, Facts const& facts) {
  auto const& rendition = item.rendition;
  if (is_text(rendition)) return "text/vtt; charset=utf-8";
  if (rendition.packaging == Packaging::fmp4) return rendition.video ? "video/mp4" : "audio/mp4";
  if (!sound_alone(rendition)) return "video/mp2t";
  switch (sound_codec(rendition, facts)) {
    case Codec::mp2:
    case Codec::mp3:
      return "audio/mpeg";
    case Codec::ac3:
      return "audio/ac3";
    case Codec::eac3:
      return "audio/eac3";
    default:
      return "audio/aac";
  }
}

bool codes_pictures(Item const& item) { return item.rendition.video && item.rendition.video->coded && !item.init; }

Material gather(Item const& item, Facts const& film, Demuxer& demuxer) {
  Inner const inner(item, film);
  auto const& facts = *inner.facts;
  Material material;
  Cutter const cutter(facts.timeline, facts.measures, facts.segments);
  material.pictures = cutter.pictures(demuxer, inner.item.index, inner.item.rendition.video->track);
  material.sound = cut(inner.item, facts, demuxer);
  return material;
}

Bytes package(Item const& item, Facts const& film, Material&& material, std::stop_token const& cancelled) {
  Inner const inner(item, film);
  auto const& facts = *inner.facts;
  auto const index = inner.item.index;
  auto const& coder = facts.coder(inner.item.rendition.video->track);
  Cut parts = std::move(material.sound);
  parts.insert(parts.begin(), coder.code(material.pictures, facts.segments[index], index == 0,
                                         index + 1 == facts.segments.size(), cancelled));
  return written(item, inner.placed(std::move(parts)));
}

Bytes package(Item const& item, Facts const& film, Demuxer& demuxer) {
  if (codes_pictures(item)) return package(item, film, gather(item, film, demuxer), {});
  Inner const inner(item, film);
  auto const& rendition = inner.item.rendition;
  auto const& facts = *inner.facts;
  if (item.init) return cmaf_init(inner.tracks());
  if (rendition.text) return text(inner.item, facts, demuxer);
  return written(item, inner.placed(rendition.key_frames ? picture(inner, demuxer) : cut(inner.item, facts, demuxer)));
}

Bytes package(Sidecar const& sidecar, ByteSource& file, Facts const& facts) {
  constexpr std::int64_t most = 16 * 1024 * 1024;  // a film's subtitles are some 100 KB
  std::string bytes(static_cast<std::size_t>(std::min(file.size(), most)), '\0');
  bytes.resize(file.read(0, std::as_writable_bytes(std::span(bytes))));
  auto const* video = facts.video();
  std::vector<Cue> cues;
  try {
    cues = read_subtitles(bytes, sidecar.path, sidecar.language, video ? video->frame_rate : Rate{});
  } catch (std::invalid_argument const&) {
    // The playlists have it since its name is all that they know: the film goes on, nothing is shown.
  }
  Segment const whole{facts.segments.front().begin, facts.segments.back().end};
  auto const written = webvtt_segment(cues, whole, true, true, playlist_begin(facts.timeline, facts.measures));
  return {written.begin(), written.end()};
}

}  // namespace hls
