// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <map>
#include <string>

namespace http {

/// How many requests each client may make: so many a second in the long run, ten times as many at once, for a page
/// or a player that has just begun. Pure but for what it remembers; thread-bound; time is an argument.
class RequestRate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// 0 = as many as it wants.
  explicit RequestRate(int per_second) : rate_(per_second) {}

  /// Counts a request of the address. 0: it may go on; else the seconds that it should wait.
  int charge(std::string const& address, Time now);
  [[nodiscard]] std::size_t remembered() const { return clients_.size(); }

 private:
  struct Bucket {
    double left;  ///< requests
    Time filled;
  };
  void fill(Bucket& bucket, Time now) const;

  double rate_;
  std::map<std::string, Bucket> clients_;
  Time swept_{};
};

}  // namespace http
