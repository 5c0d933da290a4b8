// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/presentation.hpp"

#include "hls/bandwidth.hpp"
#include "hls/caps_field.hpp"
#include "hls/codec_strings.hpp"
#include "hls/languages.hpp"
#include "hls/packager.hpp"
#include "hls/packed_audio.hpp"
#include "hls/playlist.hpp"
#include "hls/sound_coder.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <set>
#include <tuple>
#include <utility>

namespace hls {
namespace {

/// Bits/s of sound that is coded anew, at most: its quality is constant, not its rate.
std::int64_t coded_rate(Track const& sent) { return std::int64_t{sent.channels} * 128'000; }
/// Bits/s of any other beside coded pictures, at most.
constexpr std::int64_t passed_sound = 700'000;

constexpr char sound_group[] = "audio", text_group[] = "subtitles";

std::string uri(Rendition const& rendition, std::string const& query) {
  return package_name(rendition.packaging) + "/" + name_of(rendition) + ".m3u8" + query;
}

/// What a viewer chooses from.
std::string label(std::string const& title, std::string const& language, char const* otherwise) {
  if (!title.empty()) return title;
  return language.empty() ? otherwise : language_name(language);
}

/// The sound of a film for a client. Tracks between which a viewer chooses are of one codec: a player sets its decoder
/// up by the CODECS of the variant stream. What is not among pictures has to be packed in MPEG-TS.
std::vector<Part> sounds(Facts const& facts, Choice const& choice) {
  std::vector<Part> parts;
  std::set<Codec> codecs;
  bool packed = true;
  for (std::size_t i = 0; i < facts.tracks.size(); ++i) {
    auto const& track = facts.tracks[i];
    if (track.kind != Kind::audio || choice.ways[i] == Way::left_out || choice.ways[i] == Way::refused) continue;
    bool const coded = choice.ways[i] == Way::coded;
    parts.push_back({track.id, coded});
    codecs.insert(coded ? Codec::aac : track.codec);
    packed = packed && (coded || packed_carries(track));
  }
  bool const apart = choice.packaging == Packaging::ts && (parts.size() > 1 || !facts.video());
  if (codecs.size() > 1 || (apart && !packed))
    for (auto& part : parts) {
      auto const& track = *facts.track(part.track);
      part.coded = part.coded || track.codec != Codec::aac || (apart && !packed_carries(track));
    }
  return parts;
}

std::size_t default_of(Facts const& facts, std::vector<Part> const& parts) {
  auto const flagged =
      std::find_if(parts.begin(), parts.end(), [&](Part const& p) { return facts.track(p.track)->is_default; });
  return flagged == parts.end() ? 0 : static_cast<std::size_t>(flagged - parts.begin());
}

void add_sounds(Facts const& facts, std::vector<Part> const& parts, Packaging packaging, std::string const& query,
                Master& master) {
  auto const chosen = default_of(facts, parts);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto const sent = as_sent(facts, parts[i]);
    master.renditions.push_back({.group = sound_group,
                                 .name = label(sent.title, sent.language, "Sound"),
                                 .language = sent.language,
                                 .uri = uri({.packaging = packaging, .sound = parts[i]}, query),
                                 .channels = sent.channels,
                                 .is_default = i == chosen});
  }
}

/// RFC 8216 4.3.4.1: subtitles for the deaf and hard of hearing.
constexpr char const* sdh =
    "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound";

void add_texts(Facts const& facts, Choice const& choice, std::vector<Sidecar> const& sidecars, std::string const& query,
               Master& master) {
  auto const add = [&](std::string const& title, std::string const& language, bool is_default, bool forced,
                       bool hearing_impaired, Rendition const& rendition) {
    master.renditions.push_back({.group = text_group,
                                 .name = label(title, language, "Subtitles"),
                                 .language = language,
                                 .uri = uri(rendition, query),
                                 .characteristics = hearing_impaired ? sdh : "",
                                 .is_default = is_default,
                                 .forced = forced});
  };
  for (std::size_t i = 0; i < facts.tracks.size(); ++i) {
    auto const& track = facts.tracks[i];
    if (track.kind != Kind::text || choice.ways[i] != Way::as_is) continue;
    add(track.title, track.language, track.is_default, track.forced, false,
        {.packaging = choice.packaging, .text = track.id});
  }
  for (auto const& sidecar : sidecars)
    add(sidecar.title, sidecar.language, false, sidecar.forced, sidecar.hearing_impaired,
        {.packaging = choice.packaging, .sidecar = sidecar.file});
}

/// Width and height as shown.
std::pair<int, int> shown(Track const& video) {
  auto width = static_cast<int>(std::int64_t{video.width} * video.pixel_width / std::max(video.pixel_height, 1));
  auto height = video.height;
  if (video.rotation % 180 != 0) std::swap(width, height);
  return {width, height};
}

/// The film's segments with as many bytes as coded pictures and their sound may have.
std::vector<Segment> coded_segments(Facts const& facts, Part const& video, std::vector<Part> const& sounds) {
  std::int64_t sound = 0;  // one of them is heard
  for (auto const& part : sounds) sound = std::max(sound, part.coded ? coded_rate(as_sent(facts, part)) : passed_sound);
  auto const& coder = facts.coder(video.track);
  auto segments = facts.segments;
  for (auto& segment : segments) {
    auto const length = segment.end - segment.begin;
    auto const bits = static_cast<double>(coder.most_bits(length)) +
                      static_cast<double>(sound) * std::chrono::duration<double>(length).count();
    segment.bytes = static_cast<std::int64_t>(bits / 8);
  }
  return segments;
}

/// Bits in a second of sound that no rendition has as it is, where nothing but its format has to be known for that.
std::int64_t pcm_rate(Facts const& facts) {
  std::int64_t bits = 0;
  for (auto const& track : facts.tracks) {
    if (track.codec != Codec::pcm) continue;
    auto const format = caps_field(track, "format");  // S24LE; none: G.711
    auto const digit = format.find_first_of("0123456789");
    auto const depth = digit == std::string::npos ? 8 : std::atoi(format.c_str() + digit);
    bits += std::int64_t{track.sample_rate} * track.channels * depth;
  }
  return bits;
}

Variant variant_of(Facts const& facts, Rendition const& rendition, std::vector<Part> const& all_sounds,
                   std::string const& query) {
  Variant variant;
  variant.uri = uri(rendition, query);
  std::vector<Track> tracks;
  if (rendition.video) {
    auto const video = as_sent(facts, *rendition.video);
    tracks.push_back(video);
    std::tie(variant.width, variant.height) = shown(video);
    variant.frame_rate = video.frame_rate;
    variant.video_range = video_range(video);
  }
  bool const coded = rendition.video && rendition.video->coded;
  bool sound_coded = false;
  if (!all_sounds.empty()) {
    auto const& sound = all_sounds[default_of(facts, all_sounds)];
    tracks.push_back(as_sent(facts, sound));
    sound_coded = sound.coded;
  }
  auto rate = bandwidth(coded ? coded_segments(facts, *rendition.video, all_sounds) : facts.segments, facts.file_size,
                        tracks, rendition.packaging, coded ? 0 : pcm_rate(facts));
  if (sound_coded && !coded) {  // what the film's own sound takes says nothing of it
    auto const sound = coded_rate(tracks.back());
    rate.peak = (rendition.video ? rate.peak : 0) + sound;
    rate.average = (rendition.video ? rate.average : 0) + sound / 2;
  }
  variant.bandwidth = rate.peak;
  if (!coded) variant.average_bandwidth = rate.average;  // of what is not yet coded nobody knows
  for (auto const& track : tracks)
    if (auto name = codec_string(track); !name.empty()) variant.codecs.push_back(std::move(name));
  return variant;
}

}  // namespace

std::string master_text(Facts const& facts, Choice const& choice, std::vector<Sidecar> const& sidecars,
                        std::string const& query) {
  Master master;
  auto const parts = sounds(facts, choice);
  std::optional<Part> video;
  for (std::size_t i = 0; i < facts.tracks.size() && !video; ++i)
    if (facts.tracks[i].kind == Kind::video && choice.ways[i] != Way::left_out)
      video = Part{facts.tracks[i].id, choice.ways[i] == Way::coded};
  master.independent_segments = facts.timeline.closed_gops || (video && video->coded);

  Rendition main{.packaging = choice.packaging, .video = video};
  // One sound goes along with the picture where that is usual; CMAF keeps them apart.
  bool const apart = video && (parts.size() > 1 || (!parts.empty() && choice.packaging == Packaging::fmp4));
  if (!apart && !parts.empty()) main.sound = parts[video ? 0 : default_of(facts, parts)];
  if (apart || parts.size() > 1) add_sounds(facts, parts, choice.packaging, query, master);
  auto const before = master.renditions.size();
  add_texts(facts, choice, sidecars, query, master);

  auto variant = variant_of(facts, main, parts, query);
  variant.audio = before > 0;
  variant.subtitles = master.renditions.size() > before;
  master.variants.push_back(std::move(variant));
  if (video && !video->coded) {
    auto pictures = variant_of(facts, {.packaging = choice.packaging, .video = video, .key_frames = true}, {}, query);
    pictures.i_frames_only = true;
    pictures.frame_rate = {};
    master.variants.push_back(std::move(pictures));
  }
  return master_playlist(master);
}

std::string media_text(Facts const& facts, Rendition const& rendition, std::string const& query) {
  Media media;
  media.before = name_of(rendition) + "/";
  media.after = extension(rendition, facts) + query;
  media.segments = segments_of(rendition, facts);
  // The first segment holds all that comes before it.
  auto& first = media.segments.front().begin;
  first = std::min(first, playlist_begin(facts.timeline, facts.measures));
  media.i_frames_only = rendition.key_frames;
  bool const text = rendition.text || rendition.sidecar;
  if (rendition.packaging == Packaging::fmp4 && !text)
    for (auto const first : inits_of(facts))
      media.maps.emplace_back(first, media.before + file_name({rendition, true, first}, facts) + query);
  if (!rendition.sidecar)
    for (auto const& reel : facts.reels)
      if (reel.first > 0) media.discontinuities.push_back(reel.first);
  bool const coded = rendition.video && rendition.video->coded;
  media.independent_segments = facts.timeline.closed_gops || coded;
  // Pictures that are coded anew begin at the lines themselves.
  if (!coded && facts.timeline.precision == Timeline::Precision::nominal)
    media.longest = facts.timeline.grid + facts.measures.longest_gop;
  return media_playlist(media);
}

}  // namespace hls
