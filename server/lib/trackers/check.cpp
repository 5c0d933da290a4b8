// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/trackers/check.hpp"

#include <utility>

namespace trackers {

std::optional<std::int64_t> Check::Row::peers() const {
  if (!verdict.seeders || !verdict.leechers) return {};
  return *verdict.seeders + *verdict.leechers;
}

Check::Check(std::vector<Question> const& questions, std::function<void()> over)
    : verdicts_(questions.size()), over_(std::move(over)) {
  for (auto const& question : questions) {
    auto const i = urls_.size();
    urls_.push_back(question.url);
    probes_.push_back(Probe::begin(question, [this, i](Verdict const& verdict) {
      verdicts_[i] = verdict;
      if (++told_ == verdicts_.size()) over_();
    }));
  }
}

std::vector<Check::Row> Check::rows() const {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < urls_.size(); ++i) {
    auto verdict = verdicts_[i].value_or(probes_[i]->so_far());
    if (!verdicts_[i])
      verdict.message =
          verdict.answers ? "It does not tell how many peers it knows." : "It does not answer within 5 s.";
    rows.push_back({urls_[i], urls_[i].substr(0, urls_[i].find(':')), std::move(verdict)});
  }
  return rows;
}

}  // namespace trackers
