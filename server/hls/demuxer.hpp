// SPDX-License-Identifier: LGPL-2.1-or-later
// A demuxer that is kept open on one film: a GStreamer pipeline `source ! demuxer ! parsers`, asked for stretches of
// it.
#pragma once

#include "hls/byte_source.hpp"
#include "hls/film.hpp"
#include "hls/timeline.hpp"

#include <memory>
#include <string>
#include <vector>

namespace hls {

/// What the pipeline says when it can't go on: a damaged film, a missing plugin.
struct DemuxFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One thread at a time calls read(); cancel() is thread-safe. The source belongs to the demuxer while it lives.
class Demuxer {
 public:
  /// Gets access units, on the pipeline's own thread, one call at a time. True: this track has all that it needs.
  class Taker {
   public:
    virtual bool take(Track const& track, AccessUnit&& unit) = 0;

   protected:
    ~Taker() = default;
  };

  /// Opens the pipeline and learns the tracks. Throws DemuxFailed, Cancelled, swarm::Error (what the source threw).
  [[nodiscard]] static std::unique_ptr<Demuxer> open(std::shared_ptr<ByteSource> source, Container container);

  Demuxer() = default;
  Demuxer(Demuxer const&) = delete;
  Demuxer& operator=(Demuxer const&) = delete;
  virtual ~Demuxer() = default;

  /// By id. The same for every process and every time the film is opened.
  [[nodiscard]] virtual std::vector<Track> const& tracks() const = 0;
  /// What the demuxer tells of the whole film's length; 0 = nothing.
  [[nodiscard]] virtual Time duration() const = 0;
  /// Seeks to the key frame at `from` (or before, where the container can't tell) and gives what follows, until each
  /// of `tracks` has enough or the film ends. Throws DemuxFailed, Cancelled, swarm::Error.
  virtual void read(Time from, std::vector<int> const& tracks, Taker& taker) = 0;
  /// Ends an open() or read() in < 50 ms, wherever it waits, with Cancelled. read() may be called again after it.
  virtual void cancel() = 0;
};

}  // namespace hls
