// SPDX-License-Identifier: LGPL-2.1-or-later
// Which pieces to hold where memory is all there is. Pure; reentrant.
#pragma once

#include "swarm/demand.hpp"
#include "swarm/layout.hpp"

#include <cstdint>
#include <vector>

namespace swarm {

class RamBudget {
 public:
  /// In pieces; a few at least, whatever the budget.
  RamBudget(Layout const& layout, std::int64_t bytes);

  /// Shortens the windows to what can be held beside each other. Nothing is kept for later.
  [[nodiscard]] Wants fit(Wants wants) const;
  /// Of the `whole` pieces held those to be given up, so that all that is wanted has room beside the `unfinished` ones,
  /// which can't be: the farthest from any window first.
  [[nodiscard]] std::vector<int> surplus(std::vector<int> const& whole, std::vector<int> const& unfinished,
                                         Wants const& fitted) const;

 private:
  int pieces_;
};

}  // namespace swarm
