// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace fetch {

/// Which of the URLs lead to an address that is not of the Internet at large, now; for those that somebody else is to
/// fetch. A name that is not known here counts as such. `then` is called once, later, on the thread's main context,
/// unless the ticket is dropped before. Throws Error(bad_url).
[[nodiscard]] std::shared_ptr<void> find_private(std::vector<std::string> const& urls,
                                                 std::function<void(std::vector<std::string> found)> then);

}  // namespace fetch
