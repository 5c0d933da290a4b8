// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/peer_window.hpp"

#include "swarm/types.hpp"

#include <algorithm>
#include <cmath>

namespace swarm {
namespace {

using namespace std::chrono_literals;
using Seconds = PeerWindow::Seconds;

constexpr double gain = 1.1;
constexpr Seconds slack = 60ms;  // with less the line idles while acknowledgements are delayed
constexpr int smallest = 2;
constexpr int largest = 512;
constexpr auto rate_memory = 2s;
constexpr auto least_memory = 60s;
constexpr auto probe_interval = 5s;
constexpr double longer = 1.3;     // than the window allows for: the way itself got longer
constexpr Seconds shortest = 1ms;  // blocks that come together tell no rate
constexpr double unknown_rate = 250e3;
constexpr Seconds unknown_round_trip = 200ms;
constexpr int flat_rounds = 3;  // without growth: the line is full

}  // namespace

PeerWindow::Sent PeerWindow::sent(Time now, int outstanding) {
  if (outstanding == 0) delivered_at_ = now;
  auto const least = least_ > 0s ? least_ : unknown_round_trip;
  auto const rate = rate_ > 0 ? rate_ : unknown_rate;
  auto const queue = Seconds(outstanding * double{block_bytes} / rate);
  auto const expected = std::max(srtt_, least + queue) + std::max<Seconds>(4 * variance_, 30ms);
  return {now, delivered_, delivered_at_, expected, outstanding + 1 >= size(), outstanding == 0};
}

void PeerWindow::arrived(Sent const& sent, int bytes, Time now) {
  heard_ = now;
  delivered_ += bytes;
  measure_round_trip(sent, now);
  measure_rate(sent, now);
  delivered_at_ = now;
  if (starting_) grow(sent, now);
}

void PeerWindow::measure_round_trip(Sent const& sent, Time now) {
  auto const sample = Seconds(now - sent.at);
  if (srtt_ == 0s) {
    srtt_ = sample;
    variance_ = sample / 4;
  } else {
    variance_ = 0.75 * variance_ + 0.25 * Seconds(std::fabs((sample - srtt_).count()));
    srtt_ = 0.875 * srtt_ + 0.125 * sample;
  }
  // The smallest round trip of a line in use contains our own queue: when it gets old, the line is left to run empty
  // for a moment, else each minimum would be based on the queue that the one before made.
  if (probing_ ? sent.alone : least_ == 0s || sample <= least_) {
    least_ = sample;
    least_at_ = now;
    probing_ = false;
  } else if (probing_ && Seconds(now - probed_) > 2 * std::max<Seconds>(srtt_, least_ + slack)) {
    probing_ = false;  // it was asked for more all the time; later, then
  } else if (!probing_ && !starting_ && now - probed_ > probe_interval &&
             (now - least_at_ > least_memory || (srtt_ > longer * (least_ + slack) && size() > smallest))) {
    probing_ = true;
    probed_ = now;
  }
}

void PeerWindow::measure_rate(Sent const& sent, Time now) {
  auto const took = std::max<Seconds>(now - sent.delivered_at, shortest);
  auto const sample = static_cast<double>(delivered_ - sent.delivered) / took.count();
  if (!sent.full && sample < rate_) return;
  while (!rates_.empty() && rates_.back().second <= sample) rates_.pop_back();
  rates_.emplace_back(now, sample);
  while (now - rates_.front().first > rate_memory) rates_.pop_front();
  rate_ = rates_.front().second;
}

void PeerWindow::grow(Sent const& sent, Time now) {
  if (!sent.full) return;
  start_size_ = std::min(start_size_ + 1, largest);
  if (now - round_ < least_) return;
  round_ = now;
  if (rate_ > 1.25 * full_rate_) {
    full_rate_ = rate_;
    flat_rounds_ = 0;
  } else if (++flat_rounds_ >= flat_rounds) {
    starting_ = false;
  }
}

int PeerWindow::size() const {
  if (starting_) return start_size_;
  if (probing_) return 1;
  auto const own = Seconds(double{block_bytes} / std::max(rate_, 1.0));
  auto const line = std::max(least_ - own, Seconds(0)) + slack;
  return std::clamp(static_cast<int>(std::ceil(gain * rate_ * line.count() / block_bytes)), smallest, largest);
}

Seconds PeerWindow::eta(int outstanding) const {
  auto const least = least_ > 0s ? least_ : unknown_round_trip;
  auto const rate = rate_ > 0 ? rate_ : unknown_rate;
  return std::max(least, Seconds((outstanding + 1) * double{block_bytes} / rate) + 0.3 * least);
}

Seconds PeerWindow::silence(Time oldest_request, Time now) const { return now - std::max(heard_, oldest_request); }

bool PeerWindow::silent_too_long(Time oldest_request, Time now) const {
  return silence(oldest_request, now) > std::max<Seconds>(4 * srtt_, 400ms);
}

}  // namespace swarm
