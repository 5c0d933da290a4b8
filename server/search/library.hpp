// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "search/provider.hpp"

#include <vector>

namespace search {

/// What is here already. Words may be begun only: "sin" finds Sintel.
class Library final : public Provider {
 public:
  using Wanted = std::function<bool(std::string const& name)>;
  /// Lists what is wanted, on a thread of its own: calls back once, later, unless the ticket is dropped before.
  using List = std::function<std::shared_ptr<void>(Wanted, std::function<void(std::vector<Hit>)>)>;
  explicit Library(List list) : list_(std::move(list)) {}
  [[nodiscard]] std::string name() const override { return "library"; }
  [[nodiscard]] std::string kind() const override { return "library"; }
  [[nodiscard]] std::shared_ptr<void> ask(Query const& query, std::chrono::milliseconds time,
                                          std::function<void(Outcome)> then) override;

 private:
  List const list_;
};

}  // namespace search
