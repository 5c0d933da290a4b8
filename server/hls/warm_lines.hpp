// SPDX-License-Identifier: LGPL-2.1-or-later
// Demuxers that stand open on films while nobody works with them. Not thread-safe.
#pragma once

#include "hls/demuxer.hpp"
#include "hls/facts.hpp"
#include "hls/reader_source.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hls {

/// A demuxer that stands open on a film.
struct Line {
  std::shared_ptr<ReaderSource> source;
  std::unique_ptr<Demuxer> demuxer;
  std::size_t at = 0;          ///< index of the segment made last
  Reel const* reel = nullptr;  ///< that the demuxer is open on
};

/// What it parts with it gives back: ending a pipeline takes its time, and locks should not be held meanwhile.
class WarmLines {
 public:
  using Clock = std::chrono::steady_clock;
  using Lines = std::vector<std::unique_ptr<Line>>;

  /// `most`: that stand open at the same time; the one used last stays longest.
  explicit WarmLines(std::size_t most) : most_(most) {}

  /// The film's one whose last segment was nearest: it still has bytes of the neighbourhood. nullptr: none.
  [[nodiscard]] std::unique_ptr<Line> take(std::string const& film, std::size_t index);
  [[nodiscard]] Lines put(std::string const& film, std::unique_ptr<Line> line, Clock::time_point now = Clock::now());
  [[nodiscard]] Lines unused_since(Clock::time_point then);
  [[nodiscard]] Lines of_film(std::string const& film);
  [[nodiscard]] Lines of_torrent(std::string const& prefix);
  /// nullptr: none.
  [[nodiscard]] Line const* any_of(std::string const& film) const;

 private:
  struct Idle {
    std::string film;
    std::unique_ptr<Line> line;
    Clock::time_point since;
  };
  Lines part_with(std::function<bool(Idle const&)> const& which);

  std::size_t const most_;
  std::vector<Idle> idle_;  ///< the one used last last
};

}  // namespace hls
