// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "bench/players.hpp"

namespace bench {

/// A film at its pace, as a picture would show it: starts with two seconds buffered, stops when it runs dry, and goes
/// on with two seconds again.
struct Viewing {
  double start = 0;    ///< seconds until the picture
  int stalls = 0;      ///< after that
  double stalled = 0;  ///< seconds of them
};

inline constexpr double start_buffer = 2;     ///< seconds of the film
inline constexpr double largest_buffer = 10;  ///< more than that is not read ahead

/// `seconds` of the film, of `rate` bytes/s, from `position` on; `asked` is when the user did.
Viewing view(Player& player, support::Payload const& film, std::int64_t position, double seconds, double rate,
             Clock::time_point asked);

}  // namespace bench
