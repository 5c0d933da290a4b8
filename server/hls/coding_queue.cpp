// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/coding_queue.hpp"

#include <algorithm>

namespace hls {
namespace {

/// Withdrawn ones are done with at once; who has sought sees nothing yet, who reads on has something to watch, and what
/// is made ahead can wait.
int urgency(QuestionPtr const& question) {
  return question->withdrawn ? 0 : question->ahead ? 3 : question->sought ? 1 : 2;
}

}  // namespace

bool CodingQueue::has_room_for(Question const& question) const {
  constexpr int most = 4;  // for each coder
  return std::ssize(queued_) < (question.ahead ? 1 : most * at_once_);
}

QuestionPtr CodingQueue::next() {
  auto const best = std::min_element(queued_.begin(), queued_.end(), [](auto const& a, auto const& b) {
    return urgency(a) < urgency(b);  // the first of equals
  });
  auto question = std::move(*best);
  queued_.erase(best);
  coding_.push_back(question);
  return question;
}

QuestionPtr CodingQueue::in_the_way() const {
  auto const waits = [](QuestionPtr const& question) { return !question->ahead && !question->withdrawn; };
  auto const waiting = std::count_if(queued_.begin(), queued_.end(), waits);
  auto const busy =
      std::count_if(coding_.begin(), coding_.end(), [](auto const& question) { return !question->withdrawn; });
  if (waiting <= at_once_ - busy) return nullptr;
  auto const ahead = std::find_if(coding_.begin(), coding_.end(),
                                  [](auto const& question) { return question->ahead && !question->withdrawn; });
  return ahead == coding_.end() ? nullptr : *ahead;
}

}  // namespace hls
