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
  enum class Take {
    more,
    enough,  ///< of this track
    stop,    ///< of all
  };
  /// Gets access units, on a thread of the pipeline, one call at a time. `track`: as its caps are at this place; where
  /// they change within the film, they differ from those in tracks().
  class Taker {
   public:
    virtual Take take(Track const& track, AccessUnit&& unit) = 0;
    /// Told before, where it is known: all pictures that are shown from `time` on come, even though those before the
    /// first key frame can't be told of.
    virtual void begin(Time time) { (void)time; }

   protected:
    ~Taker() = default;
  };

  /// Opens the pipeline and learns the tracks; to end that, cancel the source. `timeline`: what the film is cut by.
  /// Throws DemuxFailed, Cancelled, swarm::Error (what the source threw).
  [[nodiscard]] static std::unique_ptr<Demuxer> open(std::shared_ptr<ByteSource> source, Timeline const& timeline);
  /// The same for a film whose index isn't known.
  [[nodiscard]] static std::unique_ptr<Demuxer> open(std::shared_ptr<ByteSource> source, Container container);

  Demuxer() = default;
  Demuxer(Demuxer const&) = delete;
  Demuxer& operator=(Demuxer const&) = delete;
  virtual ~Demuxer() = default;

  /// By id. The same for every process and every time the film is opened.
  [[nodiscard]] virtual std::vector<Track> const& tracks() const = 0;
  /// The container's names of the tracks; none where it has none.
  [[nodiscard]] virtual std::vector<std::string> streams() const { return {}; }
  /// Seeks to the key frame at `from` (or before, where the container can't tell) and gives what follows, until each
  /// of `tracks` has enough or the film ends. Throws DemuxFailed, Cancelled, swarm::Error.
  virtual void read(Time from, std::vector<int> const& tracks, Taker& taker) = 0;
  /// Ends a read() in < 50 ms, wherever it waits, with Cancelled; if none goes on, the next one. The one after that
  /// reads again.
  virtual void cancel() = 0;
  /// Forgets a cancel() that came when nothing was read.
  virtual void uncancel() = 0;
};

}  // namespace hls
