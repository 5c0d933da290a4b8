// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/request_rate.hpp"

#include "http/network_of.hpp"

#include <algorithm>
#include <cmath>

namespace http {
namespace {

constexpr double burst_seconds = 10;

}  // namespace

void RequestRate::fill(Bucket& bucket, Time now) const {
  auto const passed = std::chrono::duration<double>(now - bucket.filled).count();
  bucket.left = std::min(rate_ * burst_seconds, bucket.left + passed * rate_);
  bucket.filled = now;
}

int RequestRate::charge(std::string const& address, Time now) {
  if (rate_ <= 0) return 0;
  if (now - swept_ > std::chrono::duration<double>(burst_seconds)) {
    swept_ = now;
    // A full bucket is like none.
    std::erase_if(clients_, [&](auto const& client) {
      auto bucket = client.second;
      fill(bucket, now);
      return bucket.left >= rate_ * burst_seconds;
    });
  }
  auto& bucket = clients_.try_emplace(network_of(address), Bucket{rate_ * burst_seconds, now}).first->second;
  fill(bucket, now);
  if (bucket.left < 1) return static_cast<int>(std::ceil((1 - bucket.left) / rate_));
  bucket.left -= 1;
  return 0;
}

}  // namespace http
