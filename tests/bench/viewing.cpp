// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bench/viewing.hpp"

#include <algorithm>
#include <thread>

namespace bench {

Viewing view(Player& player, support::Payload const& film, std::int64_t position, double seconds, double rate,
             Clock::time_point asked) {
  constexpr std::int64_t portion = 16 * KiB;
  Viewing viewing;
  bool playing = false;
  double had = 0;        // seconds of the film that are here
  double run_out = 0;    // while it plays: when, since `asked`, they will have been shown
  double dry_since = 0;  // while it stands
  bool begun = false;
  auto const size = static_cast<std::int64_t>(seconds * rate);
  for (std::int64_t done = 0; done < size;) {
    auto const count = std::min(portion, size - done);
    read_checked(player, film, position + done, count);
    done += count;
    auto const now = seconds_since(asked);
    auto const gained = static_cast<double>(count) / rate;
    if (playing && now > run_out) {
      playing = false;
      dry_since = run_out;
      had = 0;
    }
    had += gained;
    if (playing) {
      run_out += gained;
    } else if (had >= start_buffer || done == size) {
      if (begun) {
        ++viewing.stalls;
        viewing.stalled += now - dry_since;
      } else {
        viewing.start = now;
      }
      begun = playing = true;
      run_out = now + had;
    }
    if (playing && run_out - now > largest_buffer)
      std::this_thread::sleep_for(std::chrono::duration<double>(run_out - now - largest_buffer));
  }
  return viewing;
}

}  // namespace bench
