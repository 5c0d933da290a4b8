// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/clients.hpp"
#include "hls/h264_order.hpp"
#include "hls/sound_coder.hpp"

#include <algorithm>

namespace hls {
namespace {

// What no player's row can change: HEVC is in both packagings, these two are not in MPEG-TS.
bool in_packaging(Codec codec, Packaging packaging) {
  return packaging == Packaging::fmp4 || (codec != Codec::vp9 && codec != Codec::av1);
}

char const* name_of(Packaging packaging) { return packaging == Packaging::ts ? "MPEG-TS" : "fragmented MP4"; }

/// Ordered by how good it is.
enum class Fit { no, perhaps, yes };

Fit fit(Client const& client, Track const& track, Packaging packaging) {
  auto const& set = packaging == Packaging::ts ? client.ts : client.fmp4;
  if (track.kind == Kind::video) {
    if (is_deep_h264(track)) return client.deep_h264 ? Fit::yes : Fit::no;
    if (set.has(track.codec)) return Fit::yes;
    auto const& some = packaging == Packaging::ts ? client.perhaps_ts : client.perhaps_fmp4;
    return some.has(track.codec) ? Fit::perhaps : Fit::no;
  }
  if (!set.has(track.codec)) return Fit::no;
  auto const too_many = track.codec == Codec::aac && client.channels > 0 && track.channels > client.channels;
  return too_many ? Fit::no : Fit::yes;
}

/// Why the pictures can't be taken out of this container as they are; empty if they can.
std::string stuck(Container container, Track const& video) {
  switch (container) {
    case Container::asf:
      return "ASF (WMV) doesn't say exactly when its pictures are shown";
    case Container::mpeg_ps:
      return "An MPEG program stream doesn't say exactly when its pictures are shown";
    case Container::avi:
      if (!may_reorder(video)) return {};
      return std::string("AVI has no time stamps for ") + name_of(video.codec) + " with B-frames";
    default:
      return {};
  }
}

/// A still picture beside the sound: a cover. A film of such pictures says how many a second.
bool is_cover(Track const& track) {
  return (track.codec == Codec::other_video || track.codec == Codec::unknown) && track.frame_rate.frames == 0;
}

/// The film's pictures: the first track that isn't a cover; one that plays comes before one that doesn't.
Track const* main_video(Client const& client, std::vector<Track> const& tracks) {
  Track const* best = nullptr;
  auto best_fit = Fit::no;
  for (auto const& track : tracks) {
    if (track.kind != Kind::video || is_cover(track)) continue;
    auto const now = std::max(fit(client, track, Packaging::ts), fit(client, track, Packaging::fmp4));
    if (best == nullptr || (best_fit == Fit::no && now != Fit::no)) {
      best = &track;
      best_fit = now;
    }
  }
  return best;
}

Packaging packaging_for(Client const& client, Track const* video, std::vector<Track> const& tracks) {
  auto const other = client.prefers == Packaging::ts ? Packaging::fmp4 : Packaging::ts;
  if (video != nullptr)
    return fit(client, *video, other) > fit(client, *video, client.prefers) ? other : client.prefers;
  auto const playable = [&](Packaging packaging) {
    return std::count_if(tracks.begin(), tracks.end(), [&](Track const& track) {
      return track.kind == Kind::audio && fit(client, track, packaging) == Fit::yes;
    });
  };
  return playable(other) > playable(client.prefers) ? other : client.prefers;
}

std::string refusal_of(Client const& client, Container container, Track const& video, Packaging packaging, bool asked) {
  std::string const help =
      "; HLS_TRANSCODE=video makes H.264 of it while it is watched, the file itself can be played directly";
  std::string const codec = name_of(video.codec);
  if (auto const why = stuck(container, video); !why.empty()) return why + help;
  auto const other = packaging == Packaging::ts ? Packaging::fmp4 : Packaging::ts;
  bool const otherwise = asked && fit(client, video, other) != Fit::no;
  if (otherwise && !in_packaging(video.codec, packaging))
    return std::string(name_of(packaging)) + " can't carry " + codec + "; ask for container=fmp4";
  if (otherwise) {
    return std::string(client.title) + " plays " + codec + " only in " + name_of(other) +
           "; ask for container=" + (other == Packaging::ts ? "ts" : "fmp4");
  }
  if (is_deep_h264(video)) {
    return std::string(client.title) + " can't play H.264 that has more than 8 bits or other colours than 4:2:0" + help;
  }
  return std::string(client.title) + " can't play " + codec + " in HLS" + help;
}

Way way_of(Client const& client, Track const& track, Packaging packaging) {
  switch (track.kind) {
    case Kind::audio:
      if (fit(client, track, packaging) == Fit::yes) return Way::as_is;
      return can_code(track) ? Way::coded : Way::left_out;
    case Kind::text:
      return client.text && track.codec != Codec::other_text && track.codec != Codec::unknown ? Way::as_is
                                                                                              : Way::left_out;
    case Kind::video:
      break;
  }
  return Way::left_out;
}

}  // namespace

Choice choose(Client const& client, Container container, std::vector<Track> const& tracks,
              std::optional<Packaging> wanted, bool may_code_video) {
  Choice choice;
  auto const* const video = main_video(client, tracks);
  choice.packaging = wanted.value_or(packaging_for(client, video, tracks));
  auto video_way = Way::as_is;
  if (video != nullptr) {
    auto const fits = stuck(container, *video).empty() ? fit(client, *video, choice.packaging) : Fit::no;
    if (fits == Fit::no || (fits == Fit::perhaps && may_code_video)) {
      video_way = may_code_video ? Way::coded : Way::refused;
      // Coded, it is H.264, which goes everywhere.
      if (may_code_video && !wanted) choice.packaging = client.prefers;
    }
    if (video_way == Way::refused) {
      choice.refusal = refusal_of(client, container, *video, choice.packaging, wanted.has_value());
    }
  }
  choice.ways.reserve(tracks.size());
  for (auto const& track : tracks) {
    choice.ways.push_back(&track == video ? video_way : way_of(client, track, choice.packaging));
  }
  return choice;
}

}  // namespace hls
