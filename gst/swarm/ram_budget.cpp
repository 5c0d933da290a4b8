// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/ram_budget.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace swarm {
namespace {

constexpr int fewest = 4;

bool inside(std::vector<Stretch> const& windows, int piece) {
  return std::any_of(windows.begin(), windows.end(),
                     [&](auto const& window) { return piece >= window.first && piece < window.last; });
}

int distance(std::vector<Stretch> const& windows, int piece) {
  int least = std::numeric_limits<int>::max();
  for (auto const& window : windows)
    least = std::min(least, piece < window.first ? window.first - piece : piece - window.last + 1);
  return least;
}

}  // namespace

RamBudget::RamBudget(Layout const& layout, std::int64_t bytes)
    : pieces_(static_cast<int>(
          std::clamp<std::int64_t>(bytes / layout.piece_length(), fewest, layout.piece_count() + fewest))) {}

Wants RamBudget::fit(Wants wants) const {
  wants.keep.reset();
  if (wants.ahead.empty()) return wants;
  // A quarter stays for what was just read: who jumps back a little need not wait.
  auto const share = std::max(pieces_ * 3 / 4 / static_cast<int>(wants.ahead.size()), 1);
  for (auto& window : wants.ahead) window.last = std::min(window.last, window.first + share);
  std::erase_if(wants.hot, [&](Hot const& hot) { return !inside(wants.ahead, hot.piece); });
  return wants;
}

std::vector<int> RamBudget::surplus(std::vector<int> const& whole, std::vector<int> const& unfinished,
                                    Wants const& fitted) const {
  std::set<int> all(whole.begin(), whole.end());
  all.insert(unfinished.begin(), unfinished.end());
  for (auto const& window : fitted.ahead)
    for (int piece = window.first; piece < window.last; ++piece) all.insert(piece);
  auto excess = static_cast<int>(all.size()) - pieces_;
  std::vector<std::pair<int, int>> candidates;
  if (excess > 0)
    for (int piece : whole)
      if (!inside(fitted.ahead, piece)) candidates.emplace_back(distance(fitted.ahead, piece), piece);
  std::sort(candidates.rbegin(), candidates.rend());
  std::vector<int> surplus;
  for (auto const& [far, piece] : candidates)
    if (excess-- > 0) surplus.push_back(piece);
  return surplus;
}

}  // namespace swarm
