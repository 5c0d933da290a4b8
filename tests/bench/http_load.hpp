// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "support/loopback.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// What many clients ask for at once: one range after another of a file, at random offsets.
struct Load {
  support::Endpoint server;
  std::string target;
  std::int64_t size = 0;   ///< of the file
  std::int64_t range = 0;  ///< of each request
  int clients = 1;
  std::chrono::milliseconds warm_up{300};
  std::chrono::milliseconds time{1500};
};

struct Served {
  double rate = 0;            ///< bytes of bodies per second
  std::vector<double> times;  ///< seconds, of each whole request
};

/// One thread, epoll, keep-alive; bodies are dropped in the kernel, so that the clients cost as little as can be.
/// Throws std::runtime_error for an answer that is not the range asked for, or an end.
Served put_load(Load const& load, unsigned seed);

}  // namespace bench
