// SPDX-License-Identifier: LGPL-2.1-or-later
// Key frames as they are found: sorted, bounded in number; and what a few of them tell of all.
#pragma once

#include "hls/timeline.hpp"

namespace hls {

/// Gathers key frames in any order. Of too many, and of those nearer than `apart`, only some are kept.
class KeyFrames {
 public:
  explicit KeyFrames(Time apart = {}) : apart_(apart) {}
  void add(Time time, std::int64_t position);
  [[nodiscard]] bool empty() const { return frames_.empty(); }
  /// Ascending.
  [[nodiscard]] std::vector<KeyFrame> take();

 private:
  void sort_and_thin();

  std::vector<KeyFrame> frames_;
  Time apart_;
  bool sorted_ = true;
};

/// Learns from stretches of a film how long its GOPs are.
class Gops {
 public:
  /// What comes next doesn't follow what came last.
  void jump();
  void picture(Time time, bool key);
  /// The longest GOP seen; what is usual, if no whole one was.
  [[nodiscard]] Time longest() const;
  /// Between two lines of the nominal grid, so that there is a key frame between any two of them.
  [[nodiscard]] Time grid() const;
  /// Key frames in this stretch.
  [[nodiscard]] int keys() const { return keys_; }

 private:
  Time longest_{}, first_{}, last_key_{};
  int keys_ = 0;
  bool any_ = false, whole_ = false;
};

/// The frame rate's inverse: the shortest step between PTS, which may come in any order; 0 if there are too few.
[[nodiscard]] Time shortest_step(std::vector<Time> times);

/// Sound can be cut anywhere: a point at each whole frame that is about 2 s after the last one. `frame`: samples in
/// each frame, 1 if they vary. `position_of` a fraction of the film; see linear().
[[nodiscard]] std::vector<KeyFrame> sound_points(Time start, Time end, int frame, int rate, std::int64_t from,
                                                 std::int64_t bytes);

}  // namespace hls
