// SPDX-License-Identifier: LGPL-2.1-or-later
// Where one reader reads, and how far ahead of it is worth fetching. Pure; reentrant; time is an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace swarm {

/// Bytes [position, end) of a file that one reader wants, the first ones first.
struct Window {
  std::int64_t position = 0;
  std::int64_t end = 0;
  bool current = false;  ///< the place that was read last
  friend bool operator==(Window const&, Window const&) = default;
};

/// The places at which one reader reads. A demuxer of a badly interleaved film, or one that looks into the index at
/// the end, reads by turns at several: each keeps its own window, so that coming back does not start over. A place's
/// window begins small and grows with what is read there, so that a look at the head or the tail, or a search for a
/// scene, costs little; up to a minute of what the consumer takes: a song needs less than a film, and who pauses
/// little.
class Readahead {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// read_ahead: the largest window, bytes, > 0.
  explicit Readahead(std::int64_t read_ahead);

  /// The consumer asks for these bytes: moves the nearest place there, or opens a new one.
  void read(std::int64_t position, std::int64_t bytes_wanted, time_point now);
  /// The user jumps: as read(), but what was read before counts little from now on.
  void seek(std::int64_t position, time_point now);

  /// Disjoint and not empty: the current one first, then those read more recently. A window that runs into
  /// another's position ends there and leaves the rest to it. None before the first read() or seek().
  [[nodiscard]] std::vector<Window> windows(std::int64_t file_size, std::optional<std::int64_t> end,
                                            time_point now) const;
  /// It has just jumped, and may soon do so again.
  [[nodiscard]] bool searching(time_point now) const;

 private:
  struct Place {
    std::int64_t position = 0;    ///< first byte of the last read
    std::int64_t wanted = 0;      ///< bytes of it
    std::int64_t contiguous = 0;  ///< bytes read in a row before it
    double recent = 0;            ///< of them lately, each counting less with time
    time_point opened, used;
  };

  [[nodiscard]] std::int64_t near() const;
  [[nodiscard]] std::int64_t window_end(Place const& place, time_point now) const;
  std::vector<Place>::iterator place_of(std::int64_t position);

  std::int64_t read_ahead_;
  std::vector<Place> places_;  ///< the one used last first
};

}  // namespace swarm
