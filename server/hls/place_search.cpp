// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/place_search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hls {
namespace {

using namespace std::chrono_literals;

/// What a swarm gives at once.
constexpr std::int64_t block = 16 * 1024;
/// Pictures are shown in another order than they come.
constexpr Time disorder = 2s;
/// So many in a row that don't fit what is known are no damage.
constexpr int most_damaged = 4;

double seconds(Time time) { return std::chrono::duration<double>(time).count(); }

/// How far from one place to the other. What was guessed too often to the same side is guessed farther and farther to
/// the other one; now and then the middle is taken: it ends whatever the rates are.
class Guess {
 public:
  double share(Place const& from, Place const& to, Time time) {
    constexpr double edge = 0.0001;
    if (++count_ % 3 == 0) return 0.5;
    auto const even =
        std::clamp(seconds(time - from.time) / std::max(seconds(to.time - from.time), 0.001), edge, 1 - edge);
    auto const more = std::ldexp(1., std::min(std::abs(row_), 16));
    if (row_ > 1) return std::max(even, std::min(even * more, 0.5));
    if (row_ < -1) return std::min(even, std::max(1 - (1 - even) * more, 0.5));
    return even;
  }
  void was(bool before) { row_ = before ? std::max(row_, 0) + 1 : std::min(row_, 0) - 1; }

 private:
  int count_ = 0;
  int row_ = 0;  ///< so many before (> 0) or behind
};

}  // namespace

PlaceSearch::PlaceSearch(Place begin, Place end, Next next)
    : end_(end), next_(std::move(next)), known_{{begin.time, begin.position}} {}

Place PlaceSearch::before(Time time, Time time_off, std::int64_t bytes_off) {
  auto const after = known_.lower_bound(time);
  if (after == known_.begin()) return {after->first, after->second};
  Place found(std::prev(after)->first, std::prev(after)->second);
  Place end = after == known_.end() ? end_ : Place(after->first, after->second);
  Guess guess;
  while (end.position - found.position > bytes_off && time - found.time > time_off) {
    auto const share = guess.share(found, end, time - time_off / 2);
    auto middle =
        found.position + static_cast<std::int64_t>(share * static_cast<double>(end.position - found.position));
    if (auto const aligned = middle / block * block; aligned > found.position) middle = aligned;
    middle = std::max(middle, found.position + 1);
    auto const place = probe(middle, found, end);
    bool const before = place && place->time < time;
    guess.was(before);
    if (place) known_.insert({place->time, place->position});
    if (before)
      found = *place;
    else
      end = {place ? std::min(place->time, end.time) : end.time, middle};
  }
  return found;
}

/// The first place there that can be true between the two.
std::optional<Place> PlaceSearch::probe(std::int64_t from, Place const& after, Place const& end) const {
  for (int i = 0; i < most_damaged; ++i) {
    auto place = next_(from, end.position);
    if (!place || (place->time >= after.time - disorder && place->time <= end.time + disorder)) return place;
    from = place->position + 1;
  }
  return std::nullopt;
}

}  // namespace hls
