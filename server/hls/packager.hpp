// SPDX-License-Identifier: LGPL-2.1-or-later
// One segment of one rendition: from the demuxer to the bytes that are sent.
#pragma once

#include "hls/facts.hpp"
#include "hls/rendition.hpp"

#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>

namespace hls {

/// A subtitle file beside the film.
struct Sidecar {
  int file = 0;  ///< index in the torrent
  std::string path;
  std::string language;  ///< BCP 47; empty = unknown
  std::string title;     ///< empty = none
  bool forced = false;
  bool hearing_impaired = false;
};

/// What is asked for below a rendition's name.
struct Item {
  Rendition rendition;
  bool init = false;      ///< the init segment; else a segment
  std::size_t index = 0;  ///< of the segment; or of the first one that the init segment is for
};

/// A track of the film as the client sees it.
[[nodiscard]] Track as_sent(Facts const& facts, Part const& part);
/// The stretches of the film that its segments hold.
[[nodiscard]] std::vector<Segment> segments_of(Rendition const& rendition, Facts const& facts);
/// Which segments want an init segment of their own from there on.
[[nodiscard]] std::vector<std::size_t> inits_of(Facts const& facts);
/// The file's name of an item: "init.mp4", "init-12.mp4", "17.ts", "17.m4s", "17.aac", "17.vtt".
[[nodiscard]] std::string file_name(Item const& item, Facts const& facts);
/// The ending with its dot, of all but init segments.
[[nodiscard]] char const* extension(Rendition const& rendition, Facts const& facts);
/// nullopt: the film has no such rendition or segment, or it goes by another name.
[[nodiscard]] std::optional<Item> parse_item(Rendition const& rendition, std::string_view file, Facts const& facts,
                                             std::vector<Sidecar> const& sidecars);
[[nodiscard]] char const* content_type(Item const& item, Facts const& facts);

/// Is coding its pictures anew most of the work?
[[nodiscard]] bool codes_pictures(Item const& item);
/// What such an item is made from, all that is needed of the film. The sound is as it will be sent.
struct Material {
  Samples pictures;
  Cut sound;
};

/// Throws DemuxFailed, Cancelled, swarm::Error; std::invalid_argument for what the packaging can't carry.
/// Of all but files beside the film.
[[nodiscard]] Bytes package(Item const& item, Facts const& facts, Demuxer& demuxer);
/// The same in two parts, of items that codes_pictures(): reading, which waits for the swarm, and coding. The latter
/// throws Cancelled; std::runtime_error as PictureCoder.
[[nodiscard]] Material gather(Item const& item, Facts const& facts, Demuxer& demuxer);
[[nodiscard]] Bytes package(Item const& item, Facts const& facts, Material&& material,
                            std::stop_token const& cancelled);

/// A file beside the film, as one segment.
[[nodiscard]] Bytes package(Sidecar const& sidecar, ByteSource& file, Facts const& facts);

}  // namespace hls
