// SPDX-License-Identifier: LGPL-2.1-or-later
// All that has to be known of a film before any segment of it is made. A function of the file alone.
#pragma once

#include "hls/cutter.hpp"
#include "hls/demuxer.hpp"
#include "hls/segments.hpp"
#include "hls/timeline.hpp"
#include "swarm/types.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hls {

struct Facts {
  Timeline timeline;
  Measures measures;
  std::vector<Track> tracks;
  std::vector<Segment> segments;
  std::int64_t file_size = 0;

  /// nullptr: there is none of that number.
  [[nodiscard]] Track const* track(int id) const;
  /// The picture; nullptr: sound alone.
  [[nodiscard]] Track const* video() const;
  /// Between which bytes of the file a segment is; nullopt where the index doesn't tell.
  [[nodiscard]] std::optional<swarm::ByteRange> place(std::size_t segment) const;
};

/// Reads the film's index and learns its tracks; the demuxer is left open for segments. `name`: of the file.
/// Throws NotIndexed, DemuxFailed, Cancelled, swarm::Error.
[[nodiscard]] std::shared_ptr<Facts const> learn(std::shared_ptr<ByteSource> const& source, std::string const& name,
                                                 bool scan, std::unique_ptr<Demuxer>& demuxer);

/// For keeping them on disk. nullopt: damaged, or of another version.
[[nodiscard]] std::string to_text(Facts const& facts);
[[nodiscard]] std::shared_ptr<Facts const> facts_from(std::string_view text);

}  // namespace hls
