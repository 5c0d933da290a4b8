// SPDX-License-Identifier: LGPL-2.1-or-later
// Work that takes a processor for long, while others want to see something.
#pragma once

#include <functional>

namespace hls {

/// Runs `work` and waits for it; throws what it throws.
void at_low_priority(std::function<void()> const& work);

}  // namespace hls
