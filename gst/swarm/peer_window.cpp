// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/peer_window.hpp"

#include "swarm/types.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace swarm {
namespace {

using namespace std::chrono_literals;
using Seconds = PeerWindow::Seconds;

constexpr double gain = 1.1;
constexpr Seconds slack = 60ms;  // with less the line idles while acknowledgements are delayed
// A libtorrent whose upload is limited sends in bursts, two in a second: what it sends then says nothing of its rate,
// and it must find so much asked for at each that it has to send until the next.
constexpr Seconds between_bursts = 500ms;
constexpr Seconds epoch = 1s;
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
  if (outstanding == 0) {
    delivered_at_ = epoch_ = now;
    epoch_delivered_ = delivered_;
    epoch_full_ = true;
  }
  full_ = outstanding + 1 >= size();
  auto const least = least_ > 0s ? least_ : unknown_round_trip;
  auto const rate = this->rate() > 0 ? this->rate() : unknown_rate;
  auto const queue = Seconds(outstanding * double{block_bytes} / rate);
  auto const expected = std::max(srtt_, least + queue) + std::max<Seconds>(4 * variance_, 30ms);
  return {now, delivered_, delivered_at_, expected, full_, outstanding == 0};
}

void PeerWindow::arrived(Sent const& sent, int bytes, Time now) {
  heard_ = now;
  delivered_ += bytes;
  measure_round_trip(sent, now);
  measure_rate(sent, now);
  measure_whole_seconds(now);
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

void PeerWindow::measure_whole_seconds(Time now) {
  if (!full_ || probing_) epoch_full_ = false;
  auto const took = Seconds(now - epoch_);
  if (took < epoch) return;
  auto const sample = static_cast<double>(delivered_ - epoch_delivered_) / took.count();
  if (epoch_full_)
    sustained_ = std::max(sample, std::exchange(last_epoch_, sample));  // a burst more or less
  else if (sustained_ > 0)
    sustained_ = std::max(sample, sustained_);
  epoch_ = now;
  epoch_delivered_ = delivered_;
  epoch_full_ = true;
}

double PeerWindow::rate() const { return sustained_ > 0 ? std::min(rate_, sustained_) : rate_; }

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
  auto bytes = rate_ * line.count();
  if (sustained_ > 0) bytes = std::min(bytes, sustained_ * Seconds(least_ + between_bursts).count());
  return std::clamp(static_cast<int>(std::ceil(gain * bytes / block_bytes)), smallest, largest);
}

Seconds PeerWindow::eta(int outstanding) const {
  auto const least = least_ > 0s ? least_ : unknown_round_trip;
  auto const rate = this->rate() > 0 ? this->rate() : unknown_rate;
  return std::max(least, Seconds((outstanding + 1) * double{block_bytes} / rate) + 0.3 * least);
}

Seconds PeerWindow::silence(Time oldest_request, Time now) const { return now - std::max(heard_, oldest_request); }

bool PeerWindow::silent_too_long(Time oldest_request, Time now) const {
  return silence(oldest_request, now) > std::max<Seconds>(4 * srtt_, 400ms);
}

}  // namespace swarm
