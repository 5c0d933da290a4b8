// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/low_priority.hpp"

#include <exception>
#include <sys/resource.h>
#include <thread>

namespace hls {

void at_low_priority(std::function<void()> const& work) {
  std::exception_ptr failure;
  // A thread of its own, as its priority can't be raised again; what it starts inherits it.
  std::thread([&] {
    setpriority(PRIO_PROCESS, 0, 10);
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace hls
