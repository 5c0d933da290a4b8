// SPDX-License-Identifier: LGPL-2.1-or-later
#include "soak/gauge.hpp"

#include <algorithm>
#include <cstdio>

namespace soak {
namespace {

constexpr double too_much = 1.01, too_little = 0.9;
constexpr std::chrono::seconds window{10};

double seconds(std::chrono::steady_clock::duration span) { return std::chrono::duration<double>(span).count(); }

}  // namespace

bool CapGauge::take(double value) {
  auto const now = Clock::now();
  most_ = std::max(most_, value);
  sum_ += value;
  ++samples_;
  if (value <= limit_ * too_much) {
    since_ = {};
    return false;
  }
  if (since_ == Clock::time_point{}) since_ = now;
  bool const was_right = longest_ <= grace_;
  longest_ = std::max(longest_, now - since_);
  return was_right && longest_ > grace_;
}

std::string CapGauge::verdict() const {
  auto const mean = samples_ ? sum_ / static_cast<double>(samples_) : 0;
  std::printf("%s: limit %.0f, at most %.0f, on average %.1f; above it for %.1f s at most\n", name_.c_str(), limit_,
              most_, mean, seconds(longest_));
  if (longest_ <= grace_) return {};
  return name_ + " was above its limit for " + std::to_string(seconds(longest_)) + " s:\n" + said_ + "\n";
}

std::string RateGauge::verdict() const {
  double most = 0, least = 1e9, sum = 0, beyond = 0;
  long wanted_windows = 0;
  auto const judge = [&](Sample const& first, Sample const& last) {
    auto const bytes = static_cast<double>(last.bytes - first.bytes);
    beyond = std::max(beyond, (bytes - burst_) / seconds(last.after - first.before) / limit_);
    return bytes / seconds(last.before - first.after) / limit_;
  };
  std::size_t begin = 0, unwanted = 0;  // the last sample that was not wanted
  for (std::size_t end = 1; end < samples_.size(); ++end) {
    if (!samples_[end].wanted) unwanted = end;
    while (begin + 1 < end && samples_[end].before - samples_[begin + 1].after >= window) ++begin;
    if (samples_[end].before - samples_[begin].after < window) continue;
    auto const rate = judge(samples_[begin], samples_[end]);
    most = std::max(most, rate);
    if (unwanted > begin) continue;
    ++wanted_windows;
    sum += rate;
    least = std::min(least, rate);
  }
  auto const all = samples_.size() > 1 ? judge(samples_.front(), samples_.back()) : 0;
  auto const mean = wanted_windows ? sum / static_cast<double>(wanted_windows) : 0;
  std::printf(
      "%s: %.3f of the limit over all the time, over ten seconds at most %.3f; where it was wanted (%ld times ten "
      "seconds) on average %.3f, at least %.2f\n",
      name_.c_str(), all, most, wanted_windows, mean, wanted_windows ? least : 0);
  if (beyond > too_much) return name_ + " was " + std::to_string(beyond) + " times its limit, beside the burst\n";
  if (wanted_windows > 0 && mean < too_little)
    return name_ + " was " + std::to_string(mean) + " times its limit while it was wanted\n";
  return {};
}

}  // namespace soak
