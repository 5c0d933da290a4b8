// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "search/provider.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace search {

/// How a provider did.
struct Standing {
  enum class State {
    unused,  ///< not asked: it stands in for others, or nobody has searched yet
    ok,
    failed,
    late,  ///< the time was over
  };
  std::string name, kind;
  State state = State::unused;
  std::optional<std::chrono::milliseconds> took;
  int results = 0;                               ///< that fit
  int without_hash = 0;                          ///< left out
  std::string error;                             ///< in words
  std::optional<std::int64_t> answered_at = {};  ///< last time, in seconds since 1970
};

char const* name_of(Standing::State state);

struct Answer {
  std::vector<Hit> hits;  ///< as Merged::sorted() has them
  std::vector<Standing> providers;
};

/// Asks all providers at once and waits for nobody beyond a deadline: who is slow or broken is named, and spoils
/// nothing. Pages for people (`tpb`) stand in for ApiBay: they are asked when it fails, or takes half of the time.
/// Thread-bound to the main context that it is used in.
class Search {
 public:
  Search(std::vector<std::unique_ptr<Provider>> providers, std::chrono::milliseconds deadline);
  ~Search();
  Search(Search const&) = delete;
  Search& operator=(Search const&) = delete;

  /// `then` is called once, later, unless the ticket is dropped before.
  [[nodiscard]] std::shared_ptr<void> find(Query const& query, std::function<void(Answer)> then);
  /// Of each provider's last question.
  [[nodiscard]] std::vector<Standing> const& standings() const { return standings_; }
  [[nodiscard]] std::chrono::milliseconds deadline() const { return deadline_; }

 private:
  class Run;
  std::vector<std::unique_ptr<Provider>> const providers_;
  std::chrono::milliseconds const deadline_;
  std::vector<Standing> standings_;
};

}  // namespace search
