// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/request_rate.hpp"

#include <gio/gio.h>

#include <algorithm>
#include <cmath>

namespace http {
namespace {

constexpr double burst_seconds = 10;

/// Who has one IPv6 address has 2^64 of them.
std::string network_of(std::string const& text) {
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text.c_str());
  if (!address || g_inet_address_get_family(address) != G_SOCKET_FAMILY_IPV6) return text;
  auto const bytes = reinterpret_cast<char const*>(g_inet_address_to_bytes(address));
  static constexpr char mapped[] = "\0\0\0\0\0\0\0\0\0\0\xff\xff";
  if (std::equal(mapped, mapped + 12, bytes)) return text;
  return {bytes, 8};
}

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
