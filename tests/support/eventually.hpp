// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <thread>

namespace support {

using namespace std::chrono_literals;

/// True as soon as the condition holds, false if it did not within the time-out. Asks every 2 ms: for conditions
/// that nobody can wait on.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds timeout = 10s) {
  auto const deadline = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return static_cast<bool>(condition());
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

}  // namespace support
