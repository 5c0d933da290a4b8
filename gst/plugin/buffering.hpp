// SPDX-License-Identifier: LGPL-2.1-or-later
// When to tell the application to wait (BUFFERING below 100) and when to go on. Pure; time is an argument.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace plugin {

/// Buffering starts when a read of a playing pipeline waits for long, and ends when enough bytes lie ahead of the
/// reader. The pipeline reads nothing while the application keeps it paused, so the end must come from bytes that
/// arrive, never from reads; and where none arrive it must come anyway, so that the pipeline runs dry, reads, and
/// fails with a proper error instead of standing still for ever.
class Buffering {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds patience{500};  ///< a wait shorter than this is nobody's business
  static constexpr std::chrono::seconds give_up{10};         ///< without new bytes and without a read
  static constexpr std::chrono::seconds enough{5};           ///< of playing, ahead of what a read is waiting for
  /// The same in bytes: at least, at most, and where nobody knows how fast the film is read.
  static constexpr std::int64_t least = 256 * 1024, most = 8 * 1024 * 1024, unknown = 1024 * 1024;

  struct Moment {
    Time now;
    std::optional<Time> waiting_since;  ///< of the read that waits now
    bool playing = false;               ///< the element is in PLAYING
    std::int64_t missing = 0;           ///< bytes that the waiting read still needs
    std::int64_t ahead = 0;             ///< bytes that lie at the reader's position, in a row
    std::int64_t remaining = 0;         ///< from the position to the end of the file; 0 if unknown
    std::int64_t read_ahead = 0;        ///< what is fetched ahead at most
    std::int64_t rate = 0;              ///< bytes/s that playing reads; 0 if unknown
    bool over = false;                  ///< the read ended in EOS, an error or a flush
  };

  /// Bytes that have to lie ahead for the film to go on.
  static std::int64_t target(Moment const& moment);
  /// The percentage to post now, if any.
  std::optional<int> update(Moment const& moment);
  /// 100 if the last one posted was less.
  std::optional<int> finish();

  [[nodiscard]] bool active() const { return active_; }
  [[nodiscard]] int percent() const { return active_ ? percent_ : 100; }

 private:
  bool active_ = false;
  int percent_ = 100;
  Time last_end_{};  // of the last buffering
  std::int64_t last_ahead_ = 0;
  Time last_change_{};  // of `ahead`, or a read seen waiting
};

}  // namespace plugin
