// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/buffering.hpp"

#include <algorithm>

namespace plugin {

std::int64_t Buffering::target(Moment const& moment) {
  auto const ahead = moment.rate > 0 ? std::clamp(moment.rate * enough.count(), least, most) : unknown;
  auto bytes = moment.missing + ahead;
  // No more than the reader fetches, with a quarter to spare for its granularity; at least one byte.
  bytes = std::min(bytes, moment.read_ahead / 4 * 3);
  if (moment.remaining > 0) bytes = std::min(bytes, moment.remaining);
  return std::max<std::int64_t>(bytes, 1);
}

std::optional<int> Buffering::update(Moment const& moment) {
  if (!active_) {
    if (moment.over || !moment.playing || !moment.waiting_since) return std::nullopt;
    if (moment.now - std::max(*moment.waiting_since, last_end_) < patience) return std::nullopt;
    if (moment.ahead >= target(moment)) return std::nullopt;
    active_ = true;
    percent_ = -1;
    last_ahead_ = -1;
  }
  if (moment.ahead != last_ahead_ || moment.waiting_since) {
    last_ahead_ = moment.ahead;
    last_change_ = moment.now;
  }
  bool const stuck = moment.now - last_change_ >= give_up;
  if (moment.over || stuck || moment.ahead >= target(moment)) {
    last_end_ = moment.now;
    return finish();
  }
  auto const percent = std::clamp(static_cast<int>(100 * moment.ahead / target(moment)), 0, 99);
  if (percent == percent_) return std::nullopt;
  percent_ = percent;
  return percent;
}

std::optional<int> Buffering::finish() {
  if (!active_) return std::nullopt;
  active_ = false;
  percent_ = 100;
  return 100;
}

}  // namespace plugin
