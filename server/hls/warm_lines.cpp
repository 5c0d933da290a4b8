// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/warm_lines.hpp"

#include <algorithm>

namespace hls {

std::unique_ptr<Line> WarmLines::take(std::string const& film, std::size_t index) {
  auto best = idle_.end();
  auto const distance = [&](Idle const& idle) {
    return idle.line->at < index ? index - idle.line->at : idle.line->at - index;
  };
  for (auto idle = idle_.begin(); idle != idle_.end(); ++idle)
    if (idle->film == film && (best == idle_.end() || distance(*idle) < distance(*best))) best = idle;
  if (best == idle_.end()) return nullptr;
  auto line = std::move(best->line);
  idle_.erase(best);
  return line;
}

WarmLines::Lines WarmLines::put(std::string const& film, std::unique_ptr<Line> line, Clock::time_point now) {
  idle_.push_back({film, std::move(line), now});
  Lines parted;
  for (; idle_.size() > most_; idle_.erase(idle_.begin())) parted.push_back(std::move(idle_.front().line));
  return parted;
}

WarmLines::Lines WarmLines::part_with(std::function<bool(Idle const&)> const& which) {
  Lines parted;
  for (auto& idle : idle_)
    if (which(idle)) parted.push_back(std::move(idle.line));
  std::erase_if(idle_, [](Idle const& idle) { return !idle.line; });
  return parted;
}

WarmLines::Lines WarmLines::unused_since(Clock::time_point then) {
  return part_with([&](Idle const& idle) { return idle.since <= then; });
}
WarmLines::Lines WarmLines::of_film(std::string const& film) {
  return part_with([&](Idle const& idle) { return idle.film == film; });
}
WarmLines::Lines WarmLines::of_torrent(std::string const& prefix) {
  return part_with([&](Idle const& idle) { return idle.film.starts_with(prefix); });
}

Line const* WarmLines::any_of(std::string const& film) const {
  auto const found = std::find_if(idle_.begin(), idle_.end(), [&](Idle const& idle) { return idle.film == film; });
  return found == idle_.end() ? nullptr : found->line.get();
}

}  // namespace hls
