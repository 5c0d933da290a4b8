// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "search/hit.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace search {

/// What became of a question.
struct Outcome {
  Reading reading;
  std::string error;  ///< empty, or why there is no answer
  bool late = false;  ///< because the time was over
};

/// Somebody who knows torrents by their names. Thread-bound to the main context that it is asked in; never blocks.
class Provider {
 public:
  virtual ~Provider() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  [[nodiscard]] virtual std::string kind() const = 0;
  /// `then` is called once, later, unless the ticket is dropped before.
  [[nodiscard]] virtual std::shared_ptr<void> ask(Query const& query, std::chrono::milliseconds time,
                                                  std::function<void(Outcome)> then) = 0;
};

}  // namespace search
