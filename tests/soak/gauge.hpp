// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace soak {

/// A count that has a limit: how far above it, and for how long at a stretch, it was.
class CapGauge {
 public:
  using Clock = std::chrono::steady_clock;
  /// More than one hundredth above the limit is too much if it lasts longer than `grace`.
  CapGauge(std::string name, double limit, std::chrono::milliseconds grace)
      : name_(std::move(name)), limit_(limit), grace_(grace) {}

  /// `what` is asked for only if it is too much.
  template <class What>
  void sample(double value, What what) {
    if (take(value)) said_ = what();
  }
  /// Prints it; what is wrong, empty if nothing is.
  [[nodiscard]] std::string verdict() const;

 private:
  /// True if it has just become too much.
  bool take(double value);

  std::string name_;
  double limit_;
  std::chrono::milliseconds grace_;
  double most_ = 0, sum_ = 0;
  std::int64_t samples_ = 0;
  Clock::time_point since_{};  ///< that it was above the limit without a break
  Clock::duration longest_{};
  std::string said_;
};

/// Bytes that passed a line which has a limit: over any ten seconds, and over all the time, not more than a hundredth
/// above it and a burst; and not less than nine tenths on average of all ten seconds in which they were wanted.
class RateGauge {
 public:
  using Clock = std::chrono::steady_clock;
  /// In bytes/s; what may come in one burst after a lull, in bytes.
  RateGauge(std::string name, double limit, double burst) : name_(std::move(name)), limit_(limit), burst_(burst) {}

  /// All bytes until a moment between `before` and `after`; were they wanted all the time since the last sample?
  void sample(Clock::time_point before, Clock::time_point after, std::int64_t bytes, bool wanted) {
    samples_.push_back({before, after, bytes, wanted});
  }
  /// Prints it; what is wrong, empty if nothing is.
  [[nodiscard]] std::string verdict() const;

 private:
  struct Sample {
    Clock::time_point before, after;
    std::int64_t bytes = 0;
    bool wanted = false;
  };
  std::string name_;
  double limit_, burst_;
  std::vector<Sample> samples_;
};

}  // namespace soak
