// SPDX-License-Identifier: LGPL-2.1-or-later
// All that has to be known of a film before any segment of it is made. A function of the file alone.
#pragma once

#include "hls/cutter.hpp"
#include "hls/demuxer.hpp"
#include "hls/picture_coders.hpp"
#include "hls/segments.hpp"
#include "hls/timeline.hpp"
#include "hls/ts_splices.hpp"
#include "swarm/types.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hls {

struct Facts;

/// One of several recordings that were joined to a film: a film of its own, with its own clock and tracks.
struct Reel {
  TsPart part;
  Time shift{};           ///< from its clock to the film's
  std::size_t first = 0;  ///< which of the film's segments it begins with
  std::shared_ptr<Facts const> facts;
};

struct Facts {
  Timeline timeline;
  Measures measures;
  std::vector<Track> tracks;
  std::vector<Segment> segments;
  std::int64_t file_size = 0;
  /// No fact, but what is made of them alone.
  std::shared_ptr<PictureCoders> coders = std::make_shared<PictureCoders>();

  std::vector<Reel> reels;  ///< in order; none = all of it is one recording
  /// Which one the segment is in; nullptr: the film has none.
  [[nodiscard]] Reel const* reel(std::size_t segment) const;

  /// nullptr: there is none of that number.
  [[nodiscard]] Track const* track(int id) const;
  /// The picture; nullptr: sound alone.
  [[nodiscard]] Track const* video() const;
  /// What makes H.264 of a picture's track; may take tens of ms. Throws std::runtime_error if nothing can.
  [[nodiscard]] PictureCoder const& coder(int track) const;
  /// Between which bytes of the file a segment is; nullopt where the index doesn't tell.
  [[nodiscard]] std::optional<swarm::ByteRange> place(std::size_t segment) const;
};

/// Reads the film's index and learns its tracks; the demuxer is left open for segments, if
/// it is one for all. `name`: of the file.
/// Throws NotIndexed, DemuxFailed, Cancelled, swarm::Error.
[[nodiscard]] std::shared_ptr<Facts const> learn(std::shared_ptr<ByteSource> const& source, std::string const& name,
                                                 bool scan, std::unique_ptr<Demuxer>& demuxer);

/// A demuxer for the film's segment, as learn() leaves it. Throws as Demuxer::open().
[[nodiscard]] std::unique_ptr<Demuxer> open(std::shared_ptr<ByteSource> const& source, Facts const& facts,
                                            std::size_t segment);

/// For keeping them on disk. nullopt: damaged, or of another version.
[[nodiscard]] std::string to_text(Facts const& facts);
[[nodiscard]] std::shared_ptr<Facts const> facts_from(std::string_view text);

}  // namespace hls
