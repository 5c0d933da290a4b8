// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/presentation.hpp"

#include "hls/bandwidth.hpp"
#include "hls/codec_strings.hpp"
#include "hls/packager.hpp"
#include "hls/packed_audio.hpp"
#include "hls/playlist.hpp"
#include "hls/sound_coder.hpp"

#include <gst/tag/tag.h>

#include <algorithm>
#include <set>
#include <utility>

namespace hls {
namespace {

constexpr char sound_group[] = "audio", text_group[] = "subtitles";

std::string uri(Rendition const& rendition, std::string const& query) {
  return package_name(rendition.packaging) + "/" + name_of(rendition) + ".m3u8" + query;
}

/// "English", "English 2": what a viewer chooses from; unique among `taken`.
std::string label(std::string const& title, std::string const& language, char const* otherwise,
                  std::set<std::string>& taken) {
  std::string name = title;
  if (name.empty() && !language.empty()) {
    char const* known = gst_tag_get_language_name(language.substr(0, language.find('-')).c_str());
    name = known ? known : language;
  }
  if (name.empty()) name = otherwise;
  auto unique = name;
  for (int n = 2; !taken.insert(unique).second; ++n) unique = name + " " + std::to_string(n);
  return unique;
}

Track as_sent(Facts const& facts, Part const& part) {
  auto const& track = *facts.track(part.track);
  return part.coded && track.kind == Kind::audio ? coded_track(track) : track;
}

/// The sound of a film for a client. Tracks between which a viewer chooses are of one codec: a player sets its decoder
/// up by the CODECS of the variant stream.
std::vector<Part> sounds(Facts const& facts, Choice const& choice) {
  std::vector<Part> parts;
  std::set<Codec> codecs;
  bool packable = true;
  for (std::size_t i = 0; i < facts.tracks.size(); ++i) {
    auto const& track = facts.tracks[i];
    if (track.kind != Kind::audio || choice.ways[i] == Way::left_out || choice.ways[i] == Way::refused) continue;
    bool const coded = choice.ways[i] == Way::coded;
    parts.push_back({track.id, coded});
    codecs.insert(coded ? Codec::aac : track.codec);
    packable = packable && (coded || packed_carries(track));
  }
  if (parts.size() > 1 && (codecs.size() > 1 || (choice.packaging == Packaging::ts && !packable)))
    for (auto& part : parts) part.coded = part.coded || facts.track(part.track)->codec != Codec::aac;
  return parts;
}

std::size_t default_of(Facts const& facts, std::vector<Part> const& parts) {
  auto const flagged =
      std::find_if(parts.begin(), parts.end(), [&](Part const& p) { return facts.track(p.track)->is_default; });
  return flagged == parts.end() ? 0 : static_cast<std::size_t>(flagged - parts.begin());
}

void add_sounds(Facts const& facts, std::vector<Part> const& parts, Packaging packaging, std::string const& query,
                Master& master) {
  std::set<std::string> names;
  auto const chosen = default_of(facts, parts);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto const sent = as_sent(facts, parts[i]);
    master.renditions.push_back({.group = sound_group,
                                 .name = label(sent.title, sent.language, "Sound", names),
                                 .language = sent.language,
                                 .uri = uri({.packaging = packaging, .sound = parts[i]}, query),
                                 .channels = sent.channels,
                                 .is_default = i == chosen});
  }
}

void add_texts(Facts const& facts, Choice const& choice, std::vector<Sidecar> const& sidecars, std::string const& query,
               Master& master) {
  std::set<std::string> names;
  auto const add = [&](std::string const& title, std::string const& language, bool is_default, bool forced,
                       Rendition const& rendition) {
    master.renditions.push_back({.group = text_group,
                                 .name = label(title, language, "Subtitles", names),
                                 .language = language,
                                 .uri = uri(rendition, query),
                                 .is_default = is_default,
                                 .forced = forced});
  };
  bool have_default = false;
  for (std::size_t i = 0; i < facts.tracks.size(); ++i) {
    auto const& track = facts.tracks[i];
    if (track.kind != Kind::text || choice.ways[i] != Way::as_is) continue;
    bool const is_default = track.is_default && !std::exchange(have_default, have_default || track.is_default);
    add(track.title, track.language, is_default, track.forced, {.packaging = choice.packaging, .text = track.id});
  }
  for (auto const& sidecar : sidecars)
    add(sidecar.title, sidecar.language, false, sidecar.forced,
        {.packaging = choice.packaging, .sidecar = sidecar.file});
}

/// Width as shown, even; height.
std::pair<int, int> shown(Track const& video) {
  auto width = static_cast<int>(std::int64_t{video.width} * video.pixel_width / std::max(video.pixel_height, 1));
  auto height = video.height;
  if (video.rotation % 180 != 0) std::swap(width, height);
  return {width, height};
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
  if (!all_sounds.empty()) tracks.push_back(as_sent(facts, all_sounds[default_of(facts, all_sounds)]));
  auto const rate = bandwidth(facts.segments, facts.file_size, tracks, rendition.packaging);
  variant.bandwidth = rate.peak;
  variant.average_bandwidth = rate.average;
  for (auto const& track : tracks)
    if (auto name = codec_string(track); !name.empty()) variant.codecs.push_back(std::move(name));
  return variant;
}

}  // namespace

std::string master_text(Facts const& facts, Choice const& choice, std::vector<Sidecar> const& sidecars,
                        std::string const& query) {
  Master master;
  master.independent_segments = facts.timeline.closed_gops;
  auto const parts = sounds(facts, choice);
  std::optional<Part> video;
  for (std::size_t i = 0; i < facts.tracks.size() && !video; ++i)
    if (facts.tracks[i].kind == Kind::video && choice.ways[i] != Way::left_out)
      video = Part{facts.tracks[i].id, choice.ways[i] == Way::coded};

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
  media.i_frames_only = rendition.key_frames;
  bool const text = rendition.text || rendition.sidecar;
  if (rendition.packaging == Packaging::fmp4 && !text) media.map = media.before + "init.mp4" + query;
  media.independent_segments = facts.timeline.closed_gops;
  if (facts.timeline.precision == Timeline::Precision::nominal)
    media.longest = facts.timeline.grid + facts.measures.longest_gop;
  return media_playlist(media);
}

}  // namespace hls
