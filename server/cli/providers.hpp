// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "lib/fetch/client.hpp"
#include "search/search.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace cli {

/// The providers of SEARCH_PROVIDERS as a process without a server asks them: it has no library.
class Providers {
 public:
  /// Throws Usage for names that are none.
  Providers(std::vector<std::string> const& named, std::chrono::milliseconds deadline);
  [[nodiscard]] bool empty() const { return search_->standings().empty(); }
  [[nodiscard]] search::Search& search() { return *search_; }

 private:
  fetch::Client client_;
  std::unique_ptr<search::Search> search_;
};

}  // namespace cli
