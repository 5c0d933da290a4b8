// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/key_frames.hpp"

#include "hls/container_clock.hpp"

#include <algorithm>

namespace hls {
namespace {

using namespace std::chrono_literals;

/// 18 hours of a key frame each second; 1 MiB.
constexpr std::size_t most = 1U << 16;
/// x264's default at 25 frames a second.
constexpr Time usual_gop = 10s;

}  // namespace

void KeyFrames::add(Time time, std::int64_t position) {
  if (!frames_.empty() && sorted_) {
    auto const step = time - frames_.back().time;
    if (step == Time(0) || (step > Time(0) && step < apart_)) return;
    if (step < Time(0)) sorted_ = false;
  }
  frames_.push_back({time, position});
  while (frames_.size() >= most) {
    apart_ = std::max<Time>(2 * apart_, 500ms);
    sort_and_thin();
  }
}

std::vector<KeyFrame> KeyFrames::take() {
  sort_and_thin();
  return std::move(frames_);
}

void KeyFrames::sort_and_thin() {
  if (!sorted_)
    std::stable_sort(frames_.begin(), frames_.end(), [](auto const& a, auto const& b) { return a.time < b.time; });
  sorted_ = true;
  auto kept = frames_.begin();
  for (auto const& frame : frames_) {
    if (&frame == &frames_.front()) continue;
    if (frame.time - kept->time >= std::max(apart_, Time(1))) *++kept = frame;
  }
  if (!frames_.empty()) frames_.erase(kept + 1, frames_.end());
}

void Gops::jump() {
  any_ = false;
  keys_ = 0;
}

void Gops::picture(Time time, bool key) {
  if (!any_) first_ = last_key_ = time;
  any_ = true;
  longest_ = std::max(longest_, time - last_key_);
  if (!key) return;
  if (++keys_ > 1) whole_ = true;
  last_key_ = time;
}

Time Gops::longest() const { return whole_ ? longest_ : std::max(longest_, usual_gop); }

Time Gops::grid() const {
  auto const grid = std::max<Time>(6s, longest() + longest() / 2);
  return std::chrono::ceil<std::chrono::milliseconds>(grid);
}

Time shortest_step(std::vector<Time> times) {
  std::sort(times.begin(), times.end());
  Time shortest{};
  for (std::size_t i = 1; i < times.size(); ++i) {
    auto const step = times[i] - times[i - 1];
    if (step > Time(0) && (shortest == Time(0) || step < shortest)) shortest = step;
  }
  return shortest;
}

std::vector<KeyFrame> sound_points(Time start, Time end, int frame, int rate, std::int64_t from, std::int64_t bytes) {
  KeyFrames points;
  frame = std::max(frame, 1);
  rate = std::max(rate, 1);
  auto const frames = std::max<std::int64_t>((2 * static_cast<std::int64_t>(rate) + frame - 1) / frame, 1);
  auto const length = std::max<double>(static_cast<double>((end - start).count()), 1);
  constexpr std::int64_t longest = 1'000'000;  // 23 days
  for (std::int64_t i = 0; i < longest; ++i) {
    auto const after = ticks(i * frames * frame, rate);
    if (i > 0 && start + after >= end) break;
    points.add(start + after, from + static_cast<std::int64_t>(static_cast<double>(bytes) *
                                                               (static_cast<double>(after.count()) / length)));
  }
  return points.take();
}

}  // namespace hls
