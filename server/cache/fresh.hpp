// SPDX-License-Identifier: LGPL-2.1-or-later
// Times of files, in ns since 1970.
#pragma once

#include "cache/populated.hpp"

#include <glib.h>

#include <cstdint>
#include <ctime>

namespace cache {

inline std::int64_t nanoseconds(timespec const& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

/// A moment ago. A clock that went back must not make it so for ever.
inline bool is_fresh(std::int64_t time) {
  auto const age = g_get_real_time() * 1000 - time;
  return age >= 0 && age < std::chrono::nanoseconds(Populated::settle_time).count();
}

}  // namespace cache
