// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/readahead.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace swarm {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t first_window = 256 * 1024;       ///< of a place jumped to or left
constexpr std::int64_t small_window = 4 * 1024 * 1024;  ///< of a place not left again, however slow its consumer
constexpr std::int64_t skip = 4 * 1024 * 1024;          ///< how far forward a place may skip
constexpr std::int64_t growth = 4;                      ///< bytes of window for each byte read in a row, but at first
constexpr auto settled_after = 1s;                      ///< not left again
constexpr auto idle_after = 15s;                        ///< a place not read for so long is given up
constexpr auto fresh_at_seek = 3s;                      ///< places that a jump leaves alone: read this recently
constexpr auto paused_after = 5min;                     ///< then even the current place keeps a small window only
constexpr std::size_t most_places = 4;
constexpr std::chrono::duration<double> lately = 20s;
constexpr std::chrono::duration<double> most_ahead = 60s;  ///< at the rate of lately
constexpr std::size_t most_after_seek = 3;

/// a + b for b >= 0, at most the largest number.
std::int64_t plus(std::int64_t a, std::int64_t b) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  return a > most - b ? most : a + b;
}

double faded(double bytes, std::chrono::duration<double> age) { return bytes * std::exp(-age / lately); }

}  // namespace

Readahead::Readahead(std::int64_t read_ahead) : read_ahead_(std::max<std::int64_t>(read_ahead, 1)) {}

std::int64_t Readahead::near() const { return std::min(skip, read_ahead_); }

std::vector<Readahead::Place>::iterator Readahead::place_of(std::int64_t position) {
  auto best = places_.end();
  auto best_distance = std::numeric_limits<std::int64_t>::max();
  for (auto place = places_.begin(); place != places_.end(); ++place) {
    auto const next = plus(place->position, place->wanted);
    if (position < place->position - near() / 4 || position > plus(next, near())) continue;
    // Anywhere in the last read is no distance: a consumer may get, and so ask on, in smaller parts.
    auto const distance =
        position < place->position ? place->position - position : std::max<std::int64_t>(position - next, 0);
    if (distance < best_distance) {
      best = place;
      best_distance = distance;
    }
  }
  return best;
}

void Readahead::read(std::int64_t position, std::int64_t bytes_wanted, time_point now) {
  position = std::max<std::int64_t>(position, 0);
  std::erase_if(places_,
                [&](Place const& place) { return now - place.used >= idle_after && &place != &places_.front(); });

  Place moved;
  if (auto place = place_of(position); place != places_.end()) {
    moved = *place;
    auto const advance = std::clamp<std::int64_t>(position - moved.position, 0, moved.wanted);
    moved.contiguous = plus(moved.contiguous, advance);
    moved.recent = faded(moved.recent, now - moved.used) + static_cast<double>(advance);
    places_.erase(place);
  } else {
    moved.opened = now;
  }
  moved.position = position;
  moved.wanted = std::max<std::int64_t>(bytes_wanted, 0);
  moved.used = now;
  places_.insert(places_.begin(), moved);
  if (places_.size() > most_places) places_.pop_back();
}

void Readahead::seek(std::int64_t position, time_point now) {
  std::erase_if(places_, [](Place const& place) { return place.wanted == 0 && place.contiguous == 0; });  // never read
  bool const by_turns = place_of(position) != places_.end();
  read(position, 0, now);
  std::erase_if(places_, [&](Place const& place) { return now - place.used >= fresh_at_seek; });
  if (places_.size() > most_after_seek) places_.resize(most_after_seek);
  if (by_turns) return;
  // The old places may be an index or the other half of a badly interleaved film, or just left behind for good:
  // the price of not knowing is a small window each.
  for (auto& place : places_)
    if (&place != &places_.front()) place.contiguous = 0;
}

std::int64_t Readahead::window_end(Place const& place, time_point now) const {
  // Who pauses may want the time for the buffer to fill; but not for ever.
  auto const rate = now - place.used < paused_after ? place.recent / lately.count() : 0;
  auto const minute = static_cast<std::int64_t>(std::min(rate * most_ahead.count(), 1e15));
  // Who jumps about leaves most places soon: a place is worth little until it is read or stayed at.
  bool const fresh = now - place.opened < settled_after;
  auto const first = &place == &places_.front() && !fresh ? small_window : first_window;
  auto const times = fresh ? 1 : growth;
  auto const grown = plus(first, times * std::min(place.contiguous, read_ahead_ / times));
  auto const ahead = std::min({read_ahead_, grown, std::max(small_window, minute)});
  return plus(place.position, std::max(ahead, std::min(place.wanted, small_window)));
}

bool Readahead::searching(time_point now) const {
  return !places_.empty() && now - places_.front().opened < settled_after;
}

std::vector<Window> Readahead::windows(std::int64_t file_size, std::optional<std::int64_t> end, time_point now) const {
  auto const limit = std::min(file_size, end.value_or(file_size));
  std::vector<Window> windows;
  for (auto const& place : places_) {
    bool const current = &place == &places_.front();
    if (!current && now - place.used >= idle_after) continue;
    Window const window{place.position, std::min(window_end(place, now), limit), current};
    if (window.position < window.end) windows.push_back(window);
  }

  for (auto& upper : windows) {
    for (auto& lower : windows) {
      if (&upper == &lower || lower.position > upper.position || lower.end <= upper.position) continue;
      if (lower.position == upper.position && &lower < &upper) continue;  // of two equal ones the first stays
      upper.end = std::max(upper.end, lower.end);
      lower.end = upper.position;
    }
  }
  std::erase_if(windows, [](Window const& window) { return window.position >= window.end; });
  return windows;
}

}  // namespace swarm
